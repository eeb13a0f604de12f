"""What a gate finds: one result per check, and what people read of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime

ERROR = "error"
WARN = "warn"

# More keys than a person looks at would only make the message long.
SAMPLE_SIZE = 20
# More failed checks than that are one cause, most of the time.
TOLD = 20


def _now() -> datetime:
    return datetime.now(UTC).replace(tzinfo=None)


@dataclass(frozen=True)
class CheckResult:
    """One check of one relation (of one source, where it is about one)."""

    layer: str
    relation: str
    check_name: str
    severity: str
    is_success: bool
    expected: str
    observed: str
    source_id: str | None = None
    sample_keys: tuple[str, ...] = ()
    evaluated_at: datetime = field(default_factory=_now)

    @property
    def is_stopping(self) -> bool:
        return not self.is_success and self.severity == ERROR

    @property
    def is_warning(self) -> bool:
        return not self.is_success and self.severity != ERROR


def stopping(results: Iterable[CheckResult]) -> list[CheckResult]:
    """The results that end a run."""
    return [result for result in results if result.is_stopping]


def describe(result: CheckResult) -> str:
    """One failed check as a person reads it: keys, never values of a person."""
    lines = [
        f"{result.relation}: {result.check_name}"
        + (f" (source {result.source_id})" if result.source_id else ""),
        f"    expected  {result.expected}",
        f"    observed  {result.observed}",
    ]
    if result.sample_keys:
        lines.append(f"    keys      {', '.join(result.sample_keys[:SAMPLE_SIZE])}")
    return "\n".join(lines)


def worst_sources(failed: Iterable[CheckResult]) -> str:
    """The sources that most failed checks are about, with how many."""
    counts = Counter(result.source_id for result in failed if result.source_id)
    return ", ".join(f"{source} ({n})" for source, n in counts.most_common(5))


def stop_message(layer: str, failed: list[CheckResult]) -> str:
    """Why a run was stopped: what failed first, whole; of a great many the rest is in the report."""
    head = f"The {layer} gate stopped the run: {len(failed)} check{'s' if len(failed) > 1 else ''} failed"
    sources = worst_sources(failed)
    if sources:
        head += f"; worst sources: {sources}"
    lines = [head + ".", *(describe(result) for result in failed[:TOLD])]
    if len(failed) > TOLD:
        lines.append(f"{len(failed) - TOLD} more are in quality.gate_results and in the report.")
    return "\n".join(lines)
