"""Contoso, brought in by the guide: what the warehouse says of it is what its own files say, counted beside it."""

from __future__ import annotations

import shutil
from pathlib import Path

import duckdb
import pytest

from orchestration.settings import REPOSITORY
from tests.warm import run_warm

EXAMPLE = REPOSITORY / "examples" / "contoso"

COUNTED_BY_HAND = """
with
contacts as (from read_csv('{data}/Contact.csv.gz', all_varchar = true)),
members as (from read_csv('{data}/Customer-Loyalty.csv.gz', all_varchar = true)),
online as (from read_csv('{data}/OnlinePurchases.csv.gz', all_varchar = true)),
stores as (from read_csv('{data}/POSPurchases.csv.gz', all_varchar = true)),
reviews as (from read_csv('{data}/WebsiteReviews_LinkedToEcommerceContacts.csv.gz', all_varchar = true))
select * from (values
    ('contacts', (select count(*) from contacts)),
    ('loyalty members', (select count(*) from members)),
    ('loyalty members with a contact', (select count(*) from members semi join contacts using (ContactId))),
    ('online purchases', (select count(*) from online)),
    ('online purchases, amount', (select sum(TotalPrice::bigint) from online)),
    ('store purchases', (select count(*) from stores)),
    ('store purchases, amount', (select sum(TotalPrice::bigint) from stores)),
    ('reviews', (select count(*) from reviews)),
    ('online purchases of nobody', (select count(*) from online anti join contacts using (ContactId))),
    ('reviews of nobody', (select count(*) from reviews anti join contacts on UserId = ContactId))
)
"""


@pytest.fixture(scope="module")
def contoso(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the example, run as `make contoso` runs it."""
    home = tmp_path_factory.mktemp("contoso") / "contoso"
    shutil.copytree(
        EXAMPLE, home, ignore=shutil.ignore_patterns("landing", "warehouse", "__pycache__")
    )
    done = duckdb.connect()
    for line in (home / "to_canonical.sql").read_text().splitlines():
        if line.startswith(") to '"):
            (home / line.split("'")[1]).parent.mkdir(parents=True, exist_ok=True)
    done.execute(f"set file_search_path = '{home}'")
    script = (home / "to_canonical.sql").read_text().replace("to 'landing/", f"to '{home}/landing/")
    done.execute(script)
    result = run_warm(
        *("run", "--landing", home / "landing", "--warehouse", home / "warehouse"),
        *("--config", home / "config", "--as-of", "2019-06-30"),
    )
    assert result.returncode == 0, result.stderr[-3000:]
    return home


def test_the_warehouse_says_of_contoso_what_its_files_say(contoso: Path) -> None:
    with duckdb.connect(str(contoso / "warehouse" / "scv.duckdb"), read_only=True) as connection:
        said = dict(connection.execute((contoso / "facts.sql").read_text()).fetchall())
        counted = dict(connection.execute(COUNTED_BY_HAND.format(data=contoso / "data")).fetchall())
    assert {fact: said[fact] for fact in counted} == counted
    # The figures of the guide: 5,002 members, two of them without a contact, and 26 activities of nobody.
    assert counted["loyalty members"] - counted["loyalty members with a contact"] == 2
    assert counted["online purchases of nobody"] + counted["reviews of nobody"] == 26
    assert said["customers"] == 5_002


def test_what_the_contract_does_not_know_is_kept(contoso: Path) -> None:
    with duckdb.connect(
        str(contoso / "warehouse" / "build" / "scv.duckdb"), read_only=True
    ) as connection:
        tiers = connection.execute(
            "select distinct _extra ->> 'loyalty_tier' from raw.canonical__profiles "
            "where _source_id = 'contoso_shop' order by 1"
        ).fetchall()
    assert tiers == [("high",), ("low",), ("medium",)]
