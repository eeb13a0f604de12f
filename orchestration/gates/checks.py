"""The gates as Dagster asset checks: blocking, on what a layer hands on to the next."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import dagster as dg

from orchestration.gates.gate import judge
from orchestration.gates.guarded import guarded
from orchestration.gates.results import CheckResult
from orchestration.running.session import Session
from orchestration.transformation.assets import WRITER, asset_key
from orchestration.transformation.layers import LAYERS
from orchestration.transformation.manifest import handed_on

CHECK_NAME = "gate"
_SHOWN = 100


def gate_checks(manifest: Mapping[str, Any], raw: Sequence[dg.AssetKey]) -> list[Any]:
    """One gate after the load, on these raw relations, and one after every layer."""
    handed = {"raw": [".".join(key.path) for key in raw]}
    for layer in LAYERS:
        nodes = (manifest["nodes"][name] for name in handed_on(manifest, layer.name))
        handed[layer.name] = [".".join(asset_key(node).path) for node in nodes]
    return [
        gate_check(layer, [dg.AssetKey(name.split(".")) for name in guarded(layer, relations)])
        for layer, relations in handed.items()
        if relations
    ]


def gate_check(layer: str, keys: Sequence[dg.AssetKey]) -> dg.AssetChecksDefinition:
    """The gate of one layer: a check on each of these assets, all judged together."""
    specs = [dg.AssetCheckSpec(CHECK_NAME, asset=key, blocking=True) for key in keys]

    @dg.multi_asset_check(specs=specs, name=f"gate_{layer}", pool=WRITER)
    def gate(session: dg.ResourceParam[Session]) -> Any:
        found: list[CheckResult] = []
        try:
            judge(session, layer, found)
        finally:
            yield from as_check_results(keys, found)

    return gate


def as_check_results(
    keys: Sequence[dg.AssetKey], found: Sequence[CheckResult]
) -> Iterator[dg.AssetCheckResult]:
    """What was found, by asset; what is about no asset of the gate is told with the first."""
    by_key: dict[dg.AssetKey, list[CheckResult]] = {key: [] for key in keys}
    for result in found:
        key = dg.AssetKey(result.relation.split("."))
        by_key.get(key, by_key[keys[0]]).append(result)
    for key, results in by_key.items():
        is_stopped = any(result.is_stopping for result in results)
        is_warned = any(result.is_warning for result in results)
        yield dg.AssetCheckResult(
            asset_key=key,
            check_name=CHECK_NAME,
            passed=not (is_stopped or is_warned),
            severity=dg.AssetCheckSeverity.ERROR if is_stopped else dg.AssetCheckSeverity.WARN,
            metadata={"checks": len(results), **_told(key, results)} if results else None,
        )


def _told(key: dg.AssetKey, results: Sequence[CheckResult]) -> dict[str, Any]:
    # Of a raw table that is as usual the number is enough: a first load has hundreds of checks.
    if key.path[0] == "raw" and all(result.is_success for result in results):
        return {}
    return _table(results)


def _table(results: Sequence[CheckResult]) -> dict[str, Any]:
    # What failed is what somebody came for.
    ordered = sorted(results, key=lambda result: (result.is_success, result.is_warning))
    records = [
        dg.TableRecord(
            {
                "check": result.check_name,
                "relation": result.relation,
                "source": result.source_id or "",
                "passed": result.is_success,
                "expected": result.expected,
                "observed": result.observed,
                "keys": "; ".join(result.sample_keys),
            }
        )
        for result in ordered[:_SHOWN]
    ]
    return {"results": dg.MetadataValue.table(records)}
