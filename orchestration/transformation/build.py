"""Builds one layer and judges what dbt says of it: failed tests stop a run as a gate does, broken SQL as an error."""

from __future__ import annotations

from collections import Counter

from orchestration.errors import GateError, ScvError
from orchestration.gates.results import ERROR, WARN, CheckResult, stop_message, stopping
from orchestration.linkage.registry import take_back
from orchestration.running.session import Session
from orchestration.transformation.dbt import NodeResult
from orchestration.transformation.evidence import personal_columns, sample_keys
from orchestration.transformation.kept import close_book, open_book
from orchestration.transformation.layers import LAYERS, Layer


def build_layer(session: Session, layer: Layer, nodes: list[NodeResult]) -> None:
    """Build it, adding to `nodes` what became of each node; raise when nothing may follow."""
    _decide(session, layer)
    if layer.name == "identity" and layer.is_whole:
        with session.connect() as con:
            take_back(con)
    session.progress.say(f"{layer.name}: building" + (" what is touched" if session.kept else ""))

    def note(node: NodeResult) -> None:
        nodes.append(node)
        reason = f" {node.message}" if node.is_failed else ""
        session.progress.note(
            f"dbt {node.kind} {node.name} {node.status} {node.seconds:.2f}s{reason}"
        )

    variables = {"run_id": session.run_id, **(session.kept.variables if session.kept else {})}
    built = session.dbt.build(layer.selection, note, variables)
    keys = _keys(session, built)
    results = [
        _as_result(layer.name, node, keys.get(node.unique_id, ()))
        for node in nodes
        if _is_judged(node)
    ]
    session.results.extend(results)
    broken = [node for node in nodes if node.is_broken]
    if broken:
        raise ScvError(_broken_message(layer.name, broken))
    failed = stopping(results)
    if failed:
        raise GateError(stop_message(layer.name, failed))
    if layer.is_whole:
        session.layers_built.append(layer.name)
    if session.layers_begun == [each.name for each in LAYERS]:
        with session.connect() as con:
            close_book(con, session.settings, session.run_id, session.kept, session.dbt.project)
    models = sum(1 for node in nodes if node.kind == "model")
    session.progress.say(f"{layer.name}: {models} models built, {len(results)} tests passed")


def _decide(session: Session, layer: Layer) -> None:
    """Whether this layer may keep what stands: from the first on in order, each whole and built once."""
    in_order = [each.name for each in LAYERS[: len(session.layers_begun) + 1]]
    session.layers_begun.append(layer.name)
    is_in_order = layer.is_whole and session.layers_begun == in_order
    if is_in_order and len(in_order) > 1:
        return
    with session.connect() as con:
        kept = open_book(con, session.settings, session.dbt.project)
    session.kept = kept if is_in_order else None


def _is_judged(node: NodeResult) -> bool:
    return node.is_test and node.status in ("pass", "warn", "fail")


def _keys(session: Session, built: list[NodeResult]) -> dict[str, tuple[str, ...]]:
    """What the tests that found something are about, by keys."""
    found = [node for node in built if node.compiled and _is_judged(node)]
    if not found:
        return {}
    manifest = session.dbt.manifest()
    personal = personal_columns(manifest)
    with session.connect(read_only=True) as con:
        return {
            node.unique_id: sample_keys(
                con, node.compiled, manifest["nodes"].get(node.unique_id, {}), personal
            )
            for node in found
        }


def _as_result(layer: str, node: NodeResult, keys: tuple[str, ...]) -> CheckResult:
    is_success = node.status == "pass"
    return CheckResult(
        layer=layer,
        relation=node.relation,
        check_name=node.name,
        severity=WARN if node.status == "warn" else ERROR,
        is_success=is_success,
        expected="no failing rows",
        observed="none" if is_success else f"{node.failures} failing rows",
        source_id=_worst_source(keys),
        sample_keys=keys,
    )


def _worst_source(keys: tuple[str, ...]) -> str | None:
    """The source that most of these keys name."""
    sources = Counter(
        part.partition("=")[2]
        for key in keys
        for part in key.split(", ")
        if part.startswith("source_id=")
    )
    return sources.most_common(1)[0][0] if sources else None


def _broken_message(layer: str, broken: list[NodeResult]) -> str:
    lines = [f"The {layer} layer could not be built: {len(broken)} of its nodes failed."]
    for node in broken[:5]:
        lines.append(f"{node.kind} {node.name} ({node.relation}): {node.message}")
    return "\n".join(lines)
