"""Metrics are defined once: each can be computed on what is published, and is the figure that the 360 and the facts give."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import duckdb
import pytest
import yaml

from orchestration.settings import REPOSITORY

FILES = sorted((REPOSITORY / "models" / "marts" / "metrics").glob("*.yml"))
FUNCTIONS = {"sum": "sum({})", "average": "avg({})", "count_distinct": "count(distinct {})"}
SCHEMAS = {"customer_360": "marts"}


class Metrics:
    """The metrics of the project as SQL over the published file, without the layer that serves them."""

    def __init__(self, con: duckdb.DuckDBPyConnection) -> None:
        self.con = con
        self.measures: dict[str, tuple[str, str]] = {}
        self.defined: dict[str, dict[str, Any]] = {}
        self.dimensions: list[tuple[str, str]] = []
        for path in FILES:
            document = yaml.safe_load(path.read_text())
            for model in document["semantic_models"]:
                relation = model["model"].split("'")[1]
                relation = f"{SCHEMAS.get(relation, 'core')}.{relation}"
                self.dimensions += [
                    (relation, element.get("expr", element["name"]))
                    for element in [*model["dimensions"], *model["entities"]]
                ]
                for measure in model["measures"]:
                    expression = FUNCTIONS[measure["agg"]].format(measure["expr"])
                    self.measures[measure["name"]] = (relation, expression)
            for metric in document["metrics"]:
                assert metric["name"] not in self.defined
                self.defined[metric["name"]] = metric

    def value(self, name: str) -> Any:
        """One metric over all time."""
        how = self.defined[name]["type_params"]
        kind = self.defined[name]["type"]
        if kind == "simple":
            measure = how["measure"]
            is_filled = isinstance(measure, dict)
            relation, expression = self.measures[measure["name"] if is_filled else measure]
            [found] = self.con.execute(f"select {expression} from {relation}").fetchall()
            return 0 if is_filled and found[0] is None else found[0]
        if kind == "ratio":
            parts = self.value(how["numerator"]), self.value(how["denominator"])
            return float(parts[0]) / float(parts[1]) if parts[0] is not None and parts[1] else None
        inputs = ", ".join(
            f"{'null' if (found := self.value(part['name'])) is None else found} as {part['name']}"
            for part in how["metrics"]
        )
        [found] = self.con.execute(f"select {how['expr']} from (select {inputs})").fetchall()
        return found[0]


@pytest.fixture(scope="module")
def metrics(warehouse: Path) -> Any:
    with duckdb.connect(str(warehouse / "scv.duckdb"), read_only=True) as con:
        yield Metrics(con)


def test_every_metric_is_described_and_can_be_computed(metrics: Metrics) -> None:
    assert len(metrics.defined) >= 40
    for name, metric in metrics.defined.items():
        assert metric["description"]
        assert metric["label"]
        metrics.value(name)
    for relation, expression in metrics.dimensions:
        metrics.con.execute(f"select {expression} from {relation} limit 1").fetchall()


# What is asked of the 360, with the rows of nobody beside it, is what the metric says.
@pytest.mark.parametrize(
    ("metric", "column", "unknown"),
    [
        ("orders", "order_count", "count(*) from core.fct_orders"),
        ("order_amount", "order_amount", "sum(total_amount_reporting) filter (where cancelled_at is null or total_amount < 0) from core.fct_orders"),
        ("late_deliveries", "late_delivery_count", "count(*) filter (where delivered_at > promised_at) from core.fct_orders"),
        ("returned_amount", "returned_amount", "-sum(line_amount_reporting) filter (where quantity < 0) from core.fct_order_lines"),
        ("net_paid_amount", "net_paid_amount", "sum(signed_amount_reporting) from core.fct_payments"),
        ("fee_amount", "fee_amount", "sum(amount_reporting) filter (where is_settled and kind in ('fee', 'penalty')) from core.fct_payments"),
        ("refunded_amount", "refunded_amount", "sum(amount_reporting) filter (where is_settled and kind = 'refund') from core.fct_payments"),
        ("invoiced_amount", "invoiced_amount", "sum(total_amount_reporting) from core.fct_invoices"),
        ("tickets", "ticket_count", "count(*) from core.fct_tickets"),
        ("open_tickets", "open_ticket_count", "count(*) filter (where solved_at is null and closed_at is null) from core.fct_tickets"),
        ("contacts", "interaction_count", "count(*) from core.fct_interactions"),
        ("campaign_touches", "campaign_touch_count", "count(*) filter (where direction = 'outbound' and campaign_id is not null) from core.fct_interactions"),
        ("campaign_responses", "campaign_response_count", "count(*) filter (where direction = 'inbound' and campaign_id is not null and outcome != 'opened') from core.fct_interactions"),
        ("web_sessions", "web_session_count", "count(*) from core.fct_web_sessions"),
        ("complaints", "complaint_count", "count(*) filter (where kind = 'complaint') from core.fct_feedback"),
        ("survey_invitations", "survey_invitation_count", "count(*) from core.fct_survey_invitations"),
    ],
)  # fmt: skip
def test_a_metric_is_the_360_and_the_rows_of_nobody(
    metrics: Metrics, metric: str, column: str, unknown: str
) -> None:
    ask = metrics.con.execute
    [known] = ask(f"select coalesce(sum({column}), 0) from marts.customer_360").fetchone() or [None]
    [others] = ask(
        f"select coalesce({unknown.replace(' from ', ', 0) from ')} where customer_id is null and has_happened"
    ).fetchone() or [None]
    assert metrics.value(metric) == known + others
    assert metrics.value(metric) > 0


def test_nps_by_hand(metrics: Metrics) -> None:
    scores = [
        score
        for (score,) in metrics.con.execute(
            "select score from core.fct_feedback where metric = 'nps' and has_happened"
        ).fetchall()
    ]
    parts = [metrics.value(f"nps_{name}") for name in ("promoters", "passives", "detractors")]
    assert sum(parts) == len(scores) == metrics.value("nps_responses")
    by_hand = 100 * (sum(s >= 9 for s in scores) - sum(s <= 6 for s in scores)) / len(scores)
    assert metrics.value("nps") == pytest.approx(by_hand)
    found = metrics.value("revenue")
    assert found == metrics.value("charged_amount") + metrics.value("fee_amount")
