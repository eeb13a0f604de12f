"""The marts gate."""

from __future__ import annotations

from orchestration.gates.rules import GateFacts, Rule


def suite(facts: GateFacts) -> list[Rule]:
    return []
