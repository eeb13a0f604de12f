"""dbt in this process: parsed once, then one build per layer.

Starting dbt anew for every layer would cost more than most layers; here its imports, its manifest and its adapter
are shared. What Dagster makes of the results lies in `assets.py`.
"""

from __future__ import annotations

import gc
import json
import os
import shutil
import weakref
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from orchestration.errors import ScvError
from orchestration.settings import REPOSITORY, Settings
from orchestration.transformation.messages import without_values
from orchestration.transformation.parsed import Parsed
from orchestration.transformation.thrift import be_thrifty

_FAILED = frozenset({"error", "runtime error", "fail"})


@dataclass(frozen=True)
class NodeResult:
    """What became of one model, seed or test."""

    unique_id: str
    kind: str
    name: str
    relation: str
    status: str
    seconds: float
    message: str
    failures: int
    # The query of a test that found something.
    compiled: str = ""

    @property
    def is_test(self) -> bool:
        return self.kind in ("test", "unit_test")

    @property
    def is_broken(self) -> bool:
        """dbt could not do it at all: SQL that does not run, a type that does not fit."""
        return self.status in ("error", "runtime error")

    @property
    def is_failed(self) -> bool:
        return self.status in _FAILED


class DbtProject:
    """The dbt project as one run uses it."""

    def __init__(self, settings: Settings, project: Path = REPOSITORY) -> None:
        self._settings = settings
        self.project = project
        self._ahead = Parsed(project)
        self._parsed: Any = None
        self._document: dict[str, Any] | None = None

    @property
    def manifest_path(self) -> Path:
        return self._settings.dbt_target / "manifest.json"

    @property
    def semantic_manifest_path(self) -> Path:
        """The metrics as dbt wrote them, when it parsed the project."""
        document = self._ahead.document if self._is_parsed_ahead else self.manifest_path
        return document.with_name("semantic_manifest.json")

    @cached_property
    def _is_parsed_ahead(self) -> bool:
        # Reads the whole project: once a run.
        return self._ahead.is_current()

    def manifest(self) -> dict[str, Any]:
        """The manifest as a document: what Dagster and the publisher read."""
        if self._document is None:
            if self._is_parsed_ahead:
                # Beside the warehouse it also serves those who read it after the run.
                shutil.copyfile(self._ahead.document, self.manifest_path)
            else:
                self.parse()
            self._document = json.loads(self.manifest_path.read_text())
        return self._document

    def parse(self) -> Any:
        """dbt's own manifest. Parsed without variables: dbt would parse everything anew whenever one changes."""
        if self._parsed is None:
            parsed = (
                self._ahead.manifest()
                if self._is_parsed_ahead
                else self._invoke(["parse"], []).result
            )
            for node in parsed.nodes.values():
                if node.resource_type == "seed" and self._settings.has_own_seed(node.name):
                    # Not the whole path in one: dbt writes what it runs to this path below its own folder.
                    node.root_path = str(self._settings.own_seeds)
                    node.original_file_path = f"{node.name}.csv"
            self._parsed = parsed
        return self._parsed

    def build(
        self,
        selection: Sequence[str],
        on_node: Callable[[NodeResult], None] = lambda node: None,
        variables: Mapping[str, object] | None = None,
        is_tested: bool = True,
    ) -> list[NodeResult]:
        """Seeds, models and tests of one selection. Failures are in the results; only dbt itself breaking raises."""
        parsed = self.parse()
        results: dict[str, NodeResult] = {}

        def listen(event: Any) -> None:
            if event.info.name != "NodeFinished":
                return
            node = _from_event(event.data, parsed)
            results[node.unique_id] = node
            on_node(node)

        arguments = [
            "build" if is_tested else "run",
            "--select",
            *selection,
            # A test over two layers runs with the later one.
            "--indirect-selection",
            "buildable",
            "--no-write-json",
            "--vars",
            json.dumps({**self._variables(), **(variables or {})}),
        ]
        if is_tested:
            # Unit tests test the code, not the data: they run with the other tests of the code.
            arguments += ["--exclude-resource-type", "unit_test"]
        if self._settings.full_refresh:
            arguments.append("--full-refresh")

        def is_entangled() -> bool:
            # Relations of a Python model hold a connection, as does the error of a node that broke.
            return len(results) == 0 or any(
                node.is_broken
                or getattr(parsed.nodes.get(node.unique_id), "language", "") == "python"
                for node in results.values()
            )

        outcome = self._invoke(arguments, [listen], is_strict=False, is_entangled=is_entangled)
        for ended in getattr(outcome.result, "results", None) or ():
            node_result = results.get(ended.node.unique_id)
            if node_result is not None and node_result.is_test and node_result.status != "pass":
                found = replace(
                    node_result, compiled=getattr(ended.node, "compiled_code", "") or ""
                )
                results[found.unique_id] = found
        return list(results.values())

    def _variables(self) -> dict[str, str | bool]:
        return {
            "as_of": self._settings.as_of.isoformat(),
            "reporting_currency": "",
            "is_decisions_file_given": self._settings.has_own_seed("identity_decisions"),
        }

    def _invoke(
        self,
        arguments: list[str],
        callbacks: list[Callable[[Any], None]],
        is_strict: bool = True,
        is_entangled: Callable[[], bool] = lambda: True,
    ) -> Any:
        from dbt.cli.main import dbtRunner

        be_thrifty()
        folders = [
            *("--project-dir", str(self.project)),
            *("--profiles-dir", str(self.project)),
            *("--target-path", str(self._settings.dbt_target)),
            *("--log-path", str(self._settings.dbt_logs)),
            # dbt's log quotes rows when a cast fails; the run keeps a log of its own without them.
            *("--log-level", "none", "--log-level-file", "none"),
            "--no-use-colors",
        ]
        with _environment(self._settings), closed_connections(is_entangled):
            runner = dbtRunner(manifest=self._parsed, callbacks=callbacks)
            result = runner.invoke([*arguments, *folders])
        # A failed node is no exception here; a project that does not parse is.
        if result.exception is not None or (is_strict and not result.success):
            raise ScvError(f"dbt {arguments[0]} failed: {without_values(str(result.exception))}")
        return result


@contextmanager
def _environment(settings: Settings) -> Iterator[None]:
    """dbt reads its paths from the environment and changes the working directory; both are put back."""
    before, folder = dict(os.environ), Path.cwd()
    os.environ.update(settings.environment())
    try:
        yield
    finally:
        os.chdir(folder)
        os.environ.clear()
        os.environ.update(before)


@contextmanager
def closed_connections(is_entangled: Callable[[], bool]) -> Iterator[None]:
    """Let go of the working database afterwards: dbt keeps its connection, and with it the file's lock.

    What holds it in cycles only the collector opens, which looks through all that dbt made: only where there may be some.
    """
    from dbt.adapters.duckdb.connections import DuckDBConnectionManager

    is_whole = False
    try:
        yield
        is_whole = True
    finally:
        held = DuckDBConnectionManager._ENV
        environment = weakref.ref(held) if held is not None else lambda: None
        del held
        DuckDBConnectionManager.close_all_connections()
        if not is_whole or environment() is not None or is_entangled():
            gc.collect()


def _from_event(data: Any, manifest: Any) -> NodeResult:
    info, result = data.node_info, data.run_result
    node = manifest.nodes.get(info.unique_id) or manifest.unit_tests.get(info.unique_id)
    return NodeResult(
        unique_id=info.unique_id,
        kind=info.resource_type,
        name=info.node_name,
        relation=_relation(node, manifest),
        status=str(result.status or info.node_status).lower(),
        seconds=float(result.execution_time),
        message=without_values(str(result.message)),
        failures=int(result.num_failures),
    )


def _relation(node: Any, manifest: Any) -> str:
    """`schema.name` of a model or seed; for a test, of what it is about."""
    if node is None:
        return ""
    if str(node.resource_type) in ("test", "unit_test"):
        attached = getattr(node, "attached_node", None)
        parents = [attached] if attached else list(node.depends_on.nodes)
        for parent in reversed(parents):
            if parent in manifest.nodes:
                return _relation(manifest.nodes[parent], manifest)
        return ""
    return f"{node.schema}.{node.alias}"
