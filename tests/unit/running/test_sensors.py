"""What starts runs by itself: complete files and the morning; and what tells of late sources, once."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import dagster as dg
import duckdb
import pytest
from dagster._core.loader import LoadingContextForTest
from dagster._core.test_utils import freeze_time
from dagster._daemon.freshness import FreshnessDaemon

from orchestration.alerting.resource import AlertResource
from orchestration.gates.checks import as_check_results
from orchestration.gates.results import CheckResult
from orchestration.ingestion import reload
from orchestration.ingestion.assets import delivering, judged_by_the_gate, source_specs
from orchestration.publishing import show_status, status
from orchestration.running import retries
from orchestration.running.fingerprint import fingerprint, remember
from orchestration.running.headless import prepare_home
from orchestration.running.lock import warehouse_lock
from orchestration.running.resource import from_environment
from orchestration.running.sensors import daily, sensors
from orchestration.settings import Settings
from tests.unit.alerting.servers import Posts, served


@dg.op
def nothing() -> None:
    pass


@dg.job
def job() -> None:
    nothing()


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setenv("SCV_LANDING", str(tmp_path / "landing"))
    monkeypatch.setenv("SCV_WAREHOUSE", str(tmp_path / "warehouse"))
    monkeypatch.setenv("SCV_CONFIG", str(tmp_path / "config"))
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "sources.csv").write_text(
        "source_id,owner,freshness_hours\ncrm,Sales & Co,24\nshop,,\n"
    )
    made = from_environment(
        {
            "SCV_LANDING": str(tmp_path / "landing"),
            "SCV_WAREHOUSE": str(tmp_path / "warehouse"),
            "SCV_CONFIG": str(tmp_path / "config"),
        }
    )
    made.build.mkdir(parents=True)
    _land(made, "crm/profiles/a.csv", "1")
    return made


def _land(settings: Settings, name: str, text: str) -> None:
    path = settings.landing / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


class Sensor:
    """One sensor with its cursor, as the daemon drives it."""

    def __init__(self, name: str) -> None:
        self._definition = next(each for each in sensors(job) if each.name == name)
        self._cursor: str | None = None

    def tick(self, **resources: Any) -> Any:
        context = dg.build_sensor_context(cursor=self._cursor, resources=resources)
        found = self._definition(context)
        self._cursor = context.cursor
        return found


def test_files_start_one_run_when_they_are_complete(settings: Settings) -> None:
    sensor = Sensor("landing")
    assert isinstance(sensor.tick(), dg.SkipReason), "seen for the first time"
    _land(settings, "crm/profiles/a.csv", "1 and more")
    assert isinstance(sensor.tick(), dg.SkipReason), "it grew since"
    assert isinstance(sensor.tick(), dg.RunRequest)
    assert isinstance(sensor.tick(), dg.SkipReason), (
        "a run that failed is not started again and again"
    )
    remember(settings, fingerprint(settings))
    assert "Nothing landed" in str(sensor.tick().skip_message)
    _land(settings, "crm/profiles/b.csv", "2")
    assert isinstance(sensor.tick(), dg.SkipReason)
    assert isinstance(sensor.tick(), dg.RunRequest)


def test_a_reload_starts_a_run_where_no_file_is_new(settings: Settings) -> None:
    sensor = Sensor("landing")
    sensor.tick()
    assert isinstance(sensor.tick(), dg.RunRequest)
    reload.marker(settings).write_text("again")
    sensor.tick()
    assert isinstance(sensor.tick(), dg.RunRequest)


def test_the_morning_starts_a_run_unless_nothing_changed(settings: Settings) -> None:
    schedule = daily(job)
    with dg.DagsterInstance.ephemeral() as instance:
        assert schedule.evaluate_tick(dg.build_schedule_context(instance)).run_requests
        remember(settings, fingerprint(settings))
        assert not schedule.evaluate_tick(dg.build_schedule_context(instance)).run_requests


def test_a_late_source_is_told_once(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    sensor = Sensor("late_sources")

    def arrived(hours_ago: float) -> None:
        moment = datetime.now(UTC).replace(tzinfo=None) - timedelta(hours=hours_ago)
        source = {
            "source_id": "crm",
            "last_arrival_at": str(moment),
            "freshness_hours": 24,
            "is_active": True,
        }
        settings.status.write_text(json.dumps({"sources": [source]}))

    with served(Posts) as (port, posts):
        monkeypatch.setenv("SCV_ALERT_WEBHOOK", f"http://127.0.0.1:{port}/")
        arrived(23)
        sensor.tick(alerts=AlertResource())
        assert posts == []
        arrived(25)
        sensor.tick(alerts=AlertResource())
        sensor.tick(alerts=AlertResource())
        assert [post["title"] for post in posts] == ["Source crm is stale"]
        arrived(1)
        sensor.tick(alerts=AlertResource())
        arrived(26)
        sensor.tick(alerts=AlertResource())
        assert len(posts) == 2, "late again is told again"


def test_a_run_whose_process_died_is_closed(settings: Settings) -> None:
    definition = next(each for each in sensors(job) if each.name == "dead_runs")
    with dg.DagsterInstance.ephemeral() as instance:
        run = instance.create_run_for_job(
            job, status=dg.DagsterRunStatus.STARTED, tags={"scv/run_id": "r1"}
        )

        def tick(cursor: str | None) -> tuple[str | None, dg.DagsterRunStatus]:
            context = dg.build_sensor_context(instance=instance, cursor=cursor)
            definition(context)
            found = instance.get_run_by_id(run.run_id)
            assert found is not None
            return context.cursor, found.status

        with warehouse_lock(settings.lock, lambda _: None):
            cursor, _ = tick(None)
            assert tick(cursor)[1] == dg.DagsterRunStatus.STARTED, "it may be the one that writes"
        cursor, status = tick(cursor)
        assert status == dg.DagsterRunStatus.STARTED, "it may have just ended"
        assert tick(cursor)[1] == dg.DagsterRunStatus.FAILURE


def test_every_source_is_an_asset_with_its_hours(settings: Settings) -> None:
    _land(settings, "till.7/orders/o.csv", "1")
    specs = {spec.key.path[-1]: spec for spec in source_specs(delivering(settings))}
    assert list(specs) == ["crm", "shop", "till_7"]
    policy = specs["crm"].freshness_policy
    assert policy is not None
    assert policy.fail_window.to_timedelta() == timedelta(hours=24)
    assert specs["crm"].owners == ["team:sales_co"]
    assert specs["shop"].freshness_policy is None


def test_what_arrived_wrong_is_red_on_its_raw_table(settings: Settings) -> None:
    names = ("raw.canonical__profiles", "raw.canonical__orders", "state.files")
    specs = [dg.AssetSpec(name.split(".")) for name in names]
    keys = judged_by_the_gate(specs, settings, delivering(settings))
    assert [".".join(key.path) for key in keys] == ["raw.canonical__profiles", "state.files"]
    found = [
        CheckResult("raw", relation, "volume_drop", "error", is_success, "100 rows", "40 rows")
        for relation, is_success in (("raw.canonical__profiles", False), ("state.files", True))
    ]
    shown = {result.asset_key: result for result in as_check_results(keys, found)}
    assert [shown[key].passed for key in keys] == [False, True]
    assert shown[keys[0]].severity == dg.AssetCheckSeverity.ERROR
    assert "40 rows" in str(shown[keys[0]].metadata)


def test_dagster_shows_a_source_that_stays_away_as_late_and_then_red(settings: Settings) -> None:
    prepare_home(settings.dagster_home)
    specs = {spec.key.path[-1]: spec for spec in source_specs(delivering(settings))}
    graph = dg.Definitions(assets=list(specs.values())).resolve_asset_graph()
    home = str(settings.dagster_home)
    with dg.DagsterInstance.from_config(home, "dagster.yaml") as instance:

        class Workspace:
            def create_request_context(self) -> LoadingContextForTest:
                context = LoadingContextForTest(instance)
                context.asset_graph = graph  # type: ignore[attr-defined]
                return context

        def seen(hours: float) -> list[str]:
            with freeze_time(now + timedelta(hours=hours)):
                list(FreshnessDaemon().run_iteration(Workspace()))  # type: ignore[arg-type]
            states = instance.get_freshness_state_records([spec.key for spec in specs.values()])
            return [states[specs[name].key].freshness_state.value for name in ("crm", "shop")]

        now = datetime.now(UTC)
        assert seen(0) == ["UNKNOWN", "NOT_APPLICABLE"], "who never delivered is not stale"
        instance.report_runless_asset_event(dg.AssetMaterialization(specs["crm"].key))
        assert [seen(hours)[0] for hours in (1, 20, 23.9, 24.1)] == ["PASS", "WARN", "WARN", "FAIL"]
        with freeze_time(now + timedelta(hours=30)):
            instance.report_runless_asset_event(dg.AssetMaterialization(specs["crm"].key))
        assert seen(31)[0] == "PASS"


def test_the_screen_tells_of_a_late_source_first(
    settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    def told(*ages: float) -> list[str]:
        """Lines about sources in `scv status`, each last heard of so many hours ago."""
        now = datetime.now(UTC).replace(tzinfo=None)
        sources = [
            {
                **{"source_id": name, "last_arrival_at": str(now - timedelta(hours=age))},
                **{"freshness_hours": 24, "owner": "Sales", "is_active": True},
                **{"rows_loaded": 5, "files_refused": 0},
            }
            for name, age in zip(("bank", "crm"), ages, strict=True)
        ]
        run = {
            **{"gates": {}},
            "run_id": "r",
            "outcome": "published",
            "seconds": 1,
            "as_of": "2026-06-30",
        }
        page = {
            "last_run": {**run, "message": None, "profiles": 1, "customers": 1},
            "last_check": None,
        }
        settings.status.write_text(json.dumps({**page, "sources": sources, "quarantine_open": 0}))
        show_status.status({**status.read_now(settings), "published": None, "identity": {}})
        return [line for line in capsys.readouterr().out.splitlines() if "last arrival" in line]

    assert not any("STALE" in line for line in told(23.9, 1))
    first, other = told(1, 24.1)
    assert "crm" in first and "STALE: allowed 24" in first and "owner Sales" in first
    assert "STALE" not in other


def test_files_of_a_source_and_of_a_day(settings: Settings) -> None:
    _land(settings, "shop/orders/o.csv", "1")
    assert [path.name for path in reload.files_of_source(settings, "shop")] == ["o.csv"]
    assert len(reload.files_of_day(settings, datetime.now(UTC).date())) == 2
    assert reload.files_of_day(settings, datetime.now(UTC).date() - timedelta(days=3)) == []


def test_only_what_may_pass_is_tried_again() -> None:
    assert retries.may_pass(duckdb.IOException("Could not set lock on file x"))
    assert retries.may_pass(OSError(5, "Input/output error"))
    assert not retries.may_pass(duckdb.IOException("No space left on device"))
    assert not retries.may_pass(duckdb.BinderException("column n does not exist"))
    assert [retries.wait_seconds(tries) for tries in range(3)] == [2, 4, 8]


def test_a_step_is_tried_again_and_then_succeeds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retries, "_FIRST_WAIT_SECONDS", 0.01)
    tries: list[int] = []

    class Run:
        """As much of a session as a step that is tried again touches."""

        error: BaseException | None = None
        progress = type("Progress", (), {"say": staticmethod(lambda text: None)})

    @dg.op
    def step(context: dg.OpExecutionContext) -> None:
        with retries.retried(context, Run()):  # type: ignore[arg-type]
            tries.append(1)
            if len(tries) < 3:
                raise duckdb.IOException("Could not set lock on file x")

    @dg.job
    def whole() -> None:
        step()

    assert whole.execute_in_process().success
    assert len(tries) == 3
