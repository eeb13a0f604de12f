"""One bad system does not hold the rest: its new data wait outside raw and come back as they were."""

from __future__ import annotations

from datetime import timedelta

import pytest

from orchestration.errors import UsageError
from orchestration.gates.aside import release, set_aside, to_be_skipped
from orchestration.gates.judging import Rulebook
from orchestration.gates.propose import as_csv, propose
from orchestration.gates.results import ERROR, CheckResult
from orchestration.ingestion.sources import Source, Sources
from tests.unit.gates.days import FIRST, Company, company


def _failed(relation: str, source: str | None) -> CheckResult:
    return CheckResult("raw", relation, "volume_drop", ERROR, False, "", "", source)


_SOURCES = Sources(
    {"bad": Source("bad", on_failure="skip_source"), "worse": Source("worse", on_failure="stop")}
)


@pytest.mark.parametrize(
    ("failed", "skipped"),
    [
        ([_failed("raw.canonical__orders", "bad")], {"bad"}),
        (
            [_failed("raw.canonical__orders", "bad"), _failed("raw.canonical__orders", "worse")],
            set(),
        ),
        # What the loader itself got wrong is no source's fault.
        ([_failed("state.files", "bad")], set()),
        ([_failed("raw.canonical__orders", "unlisted")], set()),
    ],
)
def test_a_run_goes_on_only_without_sources_that_say_so(
    failed: list[CheckResult], skipped: set[str]
) -> None:
    assert to_be_skipped(failed, _SOURCES) == skipped


@pytest.fixture(scope="module")
def lived() -> Company:
    made = company(seed=21)
    made.past(12)
    return made


def _raw(made: Company) -> list[tuple[object, ...]]:
    return made.con.execute("from raw.canonical__orders order by _file_id, _file_row").fetchall()


def test_what_is_set_aside_waits_and_comes_back_as_it_was(lived: Company) -> None:
    before = _raw(lived)
    half = "select * from made where hash(order_id) % 2 = 0"
    found = lived.live(FIRST + timedelta(12), {"shop": half})
    assert found["shop: volume_drop"] == "stop"
    whole = _raw(lived)

    assert set_aside(lived.con, "shop", "set aside: half is missing") == 1
    assert _raw(lived) == before
    status = "select status, reason from state.files where source_id = 'shop' order by file_id desc limit 1"
    assert lived.con.execute(status).fetchall() == [("set_aside", "set aside: half is missing")]
    # The other sources are judged as ever, and the next run says who waits.
    found = lived.live(FIRST + timedelta(13))
    assert found == {"shop: source_set_aside": "warn"}

    assert release(lived.con, "shop") == 1
    assert sorted(_raw(lived), key=str) == sorted(whole + _raw(lived)[len(whole) :], key=str)
    found = lived.live(FIRST + timedelta(14))
    assert found["shop: volume_drop"] == "stop"
    with pytest.raises(UsageError):
        release(lived.con, "shop")


def test_history_proposes_thresholds_that_it_would_not_have_broken(
    lived: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    rules = Rulebook(lived.contracts, lived.sources, lived.thresholds, {}, FIRST + timedelta(20))
    proposals = propose(lived.con, rules)
    drops = {p.source_id: p.threshold for p in proposals if p.check == "volume_drop"}
    # Half of an order file is missing in this past, so the shop is given more room; a short one tightens nothing.
    assert (drops["shop"].fail_at or 0) < 0.5
    assert "bank" not in drops
    monkeypatch.setattr("orchestration.gates.propose.MANY", 5)
    tighter = {
        p.source_id: p.threshold for p in propose(lived.con, rules) if p.check == "volume_drop"
    }
    assert (tighter["bank"].fail_at or 0) > 0.6
    lines = as_csv(proposals).splitlines()
    assert lines[0].startswith("source_id,table_name,column_name,check_name,warn_at,fail_at")
    assert any(line.startswith("shop,orders,,volume_drop,") for line in lines)
