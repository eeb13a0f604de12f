"""Builds one layer and judges what dbt says of it: failed tests stop a run as a gate does, broken SQL as an error."""

from __future__ import annotations

from orchestration.errors import GateError, ScvError
from orchestration.gates.results import ERROR, WARN, CheckResult, stop_message, stopping
from orchestration.running.session import Session
from orchestration.transformation.dbt import NodeResult
from orchestration.transformation.layers import Layer


def build_layer(session: Session, layer: Layer, nodes: list[NodeResult]) -> None:
    """Build it, adding to `nodes` what became of each node; raise when nothing may follow."""
    session.progress.say(f"{layer.name}: building")

    def note(node: NodeResult) -> None:
        nodes.append(node)
        reason = f" {node.message}" if node.is_failed else ""
        session.progress.note(
            f"dbt {node.kind} {node.name} {node.status} {node.seconds:.2f}s{reason}"
        )

    session.dbt.build(layer.selection, note, {"run_id": session.run_id})
    results = [_as_result(layer.name, node) for node in nodes if _is_judged(node)]
    session.results.extend(results)
    broken = [node for node in nodes if node.is_broken]
    if broken:
        raise ScvError(_broken_message(layer.name, broken))
    failed = stopping(results)
    if failed:
        raise GateError(stop_message(layer.name, failed))
    session.layers_built.append(layer.name)
    models = sum(1 for node in nodes if node.kind == "model")
    session.progress.say(f"{layer.name}: {models} models built, {len(results)} tests passed")


def _is_judged(node: NodeResult) -> bool:
    return node.is_test and node.status in ("pass", "warn", "fail")


def _as_result(layer: str, node: NodeResult) -> CheckResult:
    is_success = node.status == "pass"
    return CheckResult(
        layer=layer,
        relation=node.relation,
        check_name=node.name,
        severity=WARN if node.status == "warn" else ERROR,
        is_success=is_success,
        expected="no failing rows",
        observed="none" if is_success else f"{node.failures} failing rows",
    )


def _broken_message(layer: str, broken: list[NodeResult]) -> str:
    lines = [f"The {layer} layer could not be built: {len(broken)} of its nodes failed."]
    for node in broken[:5]:
        lines.append(f"{node.kind} {node.name} ({node.relation}): {node.message}")
    return "\n".join(lines)
