"""What dbt does once is what it did again and again."""

from __future__ import annotations

import sys
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest
from dbt.adapters.events.types import AdapterEventDebug
from dbt.context.macros import MacroNamespace, MacroNamespaceBuilder
from dbt.events.types import NodeFinished
from dbt_common.behavior_flags import BehaviorFlagRendered
from dbt_common.clients import jinja
from dbt_common.events.event_manager import EventManager
from dbt_common.events.types import Note
from dbt_common.exceptions.events import EventCompilationError
from dbt_common.helper_types import WarnErrorOptionsV2

from orchestration.transformation import thrift
from orchestration.transformation.parsed import Parsed

TEXT = "{% macro twice(word) %}{{ word }}{{ word }}{% endmacro %}select {{ given }}"


@pytest.fixture(autouse=True)
def thrifty() -> None:
    thrift.be_thrifty()


def test_templates_that_were_kept_are_not_made_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    macro = SimpleNamespace(macro_sql=TEXT)
    thrift.keep_templates(SimpleNamespace(macros={"m": macro}, nodes={}), tmp_path / "templates")
    monkeypatch.setattr(thrift, "_codes", {})
    thrift.take_templates(tmp_path / "templates")
    monkeypatch.setattr(jinja.MacroFuzzEnvironment, "_parse", lambda *parts: pytest.fail("again"))
    context = {"given": "one"}
    assert jinja.render_template(jinja.get_template(TEXT, context), context) == "select one"


@pytest.mark.parametrize("held", [None, b"", b"no code"])
def test_templates_that_cannot_be_read_are_made(tmp_path: Path, held: bytes | None) -> None:
    if held is not None:
        (tmp_path / "templates").write_bytes(held)
    thrift.take_templates(tmp_path / "templates")
    context = {"given": "two"}
    assert jinja.render_template(jinja.get_template(TEXT, context), context) == "select two"


def test_a_run_takes_what_was_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    parsed = Parsed()
    if not parsed.is_current():
        pytest.skip("the project was changed since `make setup`")
    codes: dict[tuple[str, str], Any] = {}
    monkeypatch.setattr(thrift, "_codes", codes)
    manifest = parsed.manifest()
    kept = {source for _, source in codes}
    assert {macro.macro_sql for macro in manifest.macros.values()} <= kept


def _macros() -> dict[str, dict[str, Any]]:
    named = {
        "own": ("everywhere", "only_own"),
        "other": ("everywhere", "only_other"),
        "dbt": ("everywhere", "run_query", "only_dbt"),
        "dbt_duckdb": ("run_query", "only_duckdb"),
    }
    return {
        package: {
            name: SimpleNamespace(name=name, package_name=package, unique_id=f"{package}.{name}")
            for name in names
        }
        for package, names in named.items()
    }


@pytest.mark.parametrize("package", ["own", "other", "dbt"])
def test_a_name_means_the_same_macro(package: str) -> None:
    def builder() -> MacroNamespaceBuilder:
        return MacroNamespaceBuilder("own", package, None, ["dbt_duckdb", "dbt"])

    by_dbt = builder()
    for macros in _macros().values():
        by_dbt.add_macros(macros.values(), {})
    inner = by_dbt.internal_packages
    expected = MacroNamespace(
        by_dbt.globals, by_dbt.locals, {**inner["dbt"], **inner["dbt_duckdb"]}, by_dbt.packages
    )
    found = builder().build_namespace(_macros(), {})
    assert _ids(found) == _ids(expected)
    for asked in (None, "dbt", "own", "other"):
        for name in ("everywhere", "run_query", "only_duckdb"):
            one, other = (space.get_from_package(asked, name) for space in (found, expected))
            assert getattr(one, "macro", None) == getattr(other, "macro", None)


def _ids(members: Any) -> dict[str, Any]:
    return {
        name: _ids(member) if isinstance(member, dict) else member.macro.unique_id
        for name, member in dict(members).items()
    }


def test_only_what_is_heard_is_filled() -> None:
    heard: list[str] = []
    manager = EventManager()
    manager.add_callback(lambda message: heard.append(message.info.name))
    debug = AdapterEventDebug(base_msg="nobody")
    manager.fire_event(debug)
    manager.fire_event(NodeFinished())
    assert heard == ["NodeFinished"]
    assert "filled" not in debug.__dict__
    assert debug.base_msg == "nobody"


def test_a_warning_that_is_an_error_stays_one() -> None:
    manager = EventManager()
    manager.warn_error_options = WarnErrorOptionsV2(error="all")
    with pytest.raises(EventCompilationError, match="mind this"):
        manager.fire_event(Note(msg="mind this"), force_warn_or_error_handling=True)


def test_a_flag_is_named_after_who_asks_and_nothing_is_imported_for_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class PutOff(ModuleType):
        def __getattr__(self, name: str) -> Any:
            raise AssertionError(f"asked for {name}")

    monkeypatch.setitem(sys.modules, "put_off", PutOff("put_off"))
    flag = BehaviorFlagRendered({"name": "f", "default": False, "description": "d"}, {})
    assert flag._behavior_change_event.flag_source == __name__


def test_what_a_node_compiles_to_is_written_and_what_it_sends_is_not(tmp_path: Path) -> None:
    node = Parsed().manifest().nodes["model.single_customer_view.customers"]
    node.build_path = node.get_target_write_path(str(tmp_path), "run")
    compiled = node.get_target_write_path(str(tmp_path), "compiled")
    for path in (node.build_path, compiled):
        node.write_node(str(tmp_path), path, "select 1")
    assert [path.read_text() for path in tmp_path.rglob("*.sql")] == ["select 1"]
    assert Path(compiled).is_file()
