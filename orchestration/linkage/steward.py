"""What `scv identity link | unlink` does: the names checked against what is published, the decision written down."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import duckdb

from orchestration.errors import UsageError
from orchestration.linkage import decisions
from orchestration.linkage.decisions import Decision, Record
from orchestration.publishing import status
from orchestration.settings import Settings, own_config


def decide(
    settings: Settings,
    config: Path | None,
    decision: str,
    names: tuple[str, str],
    by: str,
    why: str,
    anyway: bool,
) -> dict[str, Any]:
    """Write one decision into the steward's file; the next run obeys it."""
    pair = (decisions.record(names[0]), decisions.record(names[1]))
    # What is written where no run reads is decided for nobody.
    folder = (
        config.resolve()
        if config
        else folder_of_last_run(settings) or settings.config or own_config(settings.warehouse)
    )
    remembered: list[Decision] = []
    if settings.published.exists():
        with duckdb.connect(str(settings.published), read_only=True) as con:
            unknown = _unknown(con, pair)
            remembered = _remembered(con)
    else:
        unknown = list(pair)
        if not anyway:
            raise UsageError(
                f"Nothing is published in {settings.warehouse}, so the profiles cannot be looked up. "
                "Name the warehouse with --warehouse, or decide unchecked with --anyway."
            )
    if unknown and not anyway:
        raise UsageError(_told(unknown))
    path = folder / decisions.FILE_NAME
    taken = decisions.add(path, decision, pair, by, why, remembered)
    return {
        "decision": decision,
        "profiles": [f"{source}:{key}" for source, key in pair],
        "unknown": [f"{source}:{key}" for source, key in unknown],
        "is_written": taken is not None,
        "decided_at": taken.decided_at if taken else None,
        "file": str(path),
        "message": _message(decision, path, taken, unknown, config is None),
    }


def folder_of_last_run(settings: Settings) -> Path | None:
    """The folder that the last run took its seeds from."""
    last = status.read(settings).get("last_run", {}).get("config")
    return Path(last) if last else None


def _unknown(con: duckdb.DuckDBPyConnection, pair: tuple[Record, Record]) -> list[Record]:
    known = con.execute(
        "select source_id, source_record_id from identity.crosswalk "
        "where (source_id = ? and source_record_id = ?) or (source_id = ? and source_record_id = ?)",
        [*pair[0], *pair[1]],
    ).fetchall()
    return [each for each in pair if each not in known]


def _remembered(con: duckdb.DuckDBPyConnection) -> list[Decision]:
    """Decisions that hold by memory alone; a new file must name them, or they would be withdrawn."""
    has = con.execute(
        "select 1 from information_schema.tables where table_schema = 'identity' and table_name = 'decisions'"
    ).fetchone()
    if has is None:
        return []
    rows = con.execute(
        "select strftime(decided_at, '%Y-%m-%dT%H:%M:%SZ'), decided_by, decision, source_id_1, "
        "source_record_id_1, source_id_2, source_record_id_2, reason from identity.decisions "
        "where status not in ('withdrawn', 'refused') order by decided_at, decision_id"
    ).fetchall()
    return [Decision(*(str(value or "") for value in row)) for row in rows]


def _told(unknown: list[Record]) -> str:
    names = " and ".join(f"{source}:{key}" for source, key in unknown)
    return (
        f"The published warehouse knows no profile {names}. See identity.crosswalk for its names, "
        "or write the decision for a profile that is still to come with --anyway."
    )


def _message(
    decision: str, path: Path, taken: Decision | None, unknown: list[Record], is_default: bool
) -> str:
    if taken is None:
        return f"That is decided already: {path} says so. Nothing was written."
    words = "are one customer" if decision == decisions.LINK else "are never one customer"
    first = f"{taken.source_id_1}:{taken.source_record_id_1}"
    second = f"{taken.source_id_2}:{taken.source_record_id_2}"
    lines = [f"Written to {path}: {first} and {second} {words}."]
    if unknown:
        names = " and ".join(f"{source}:{key}" for source, key in unknown)
        lines.append(f"Not known yet: {names}. The decision waits for it.")
    option = "" if is_default else f" --config {path.parent}"
    lines.append(f"The next `scv run{option}` obeys it.")
    return "\n".join(lines)
