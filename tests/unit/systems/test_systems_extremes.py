"""Whatever raw can hold, staging can read: an absurd value costs its row, never the run."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from orchestration.ingestion.contracts import load_contracts
from orchestration.settings import REPOSITORY
from tests.unit.systems.extremes import ROWS

ENTITIES = load_contracts(REPOSITORY).systems["canonical"].tables


def test_every_extreme_row_of_a_canonical_table_has_an_outcome(
    rows: Callable[[str], list[Any]],
) -> None:
    counted = " union all ".join(
        f"select '{entity}', count(*) from staging.{entity}_versions "
        "where source_id = 'extreme_canonical'"
        for entity in ENTITIES
    )
    assert rows(f"from ({counted}) order by 1") == [(entity, ROWS) for entity in sorted(ENTITIES)]


@pytest.mark.parametrize("entity", sorted(ENTITIES))
def test_no_row_without_a_required_value_is_live(
    rows: Callable[[str], list[Any]], entity: str
) -> None:
    missing = " or ".join(f"{column.name} is null" for column in ENTITIES[entity].required)
    assert rows(f"select source_id from staging.{entity} where {missing}") == []


def test_an_amount_beyond_every_column_is_refused_and_not_rounded(
    rows: Callable[[str], list[Any]],
) -> None:
    reasons = rows(
        "select distinct _reject_reason from staging.order_lines_versions "
        "where source_id = 'extreme_shopify' and _outcome = 'quarantined'"
    )
    assert reasons == [("unit_price: required and missing",)]
