"""The raw gate: what the loader wrote is what the files held, and a source does not suddenly send something else.

What arrived is measured and held against thresholds before (`orchestration/gates/judging.py`); here stands which of it
must be right, one rule a check for all tables, told table by table.
"""

from __future__ import annotations

from expectations.shared import judged, no_rows
from orchestration.gates.results import WARN
from orchestration.gates.rules import GateFacts, Rule


def suite(facts: GateFacts) -> list[Rule]:
    """Conservation per file, from the file into its table; what arrived against its history; what is only shown."""
    rules = [_conservation(), _refused(facts), _quarantined(facts), _came_again(facts)]
    delivered = facts.delivered()
    if delivered:
        rules.append(_tables_hold_their_files(delivered))
    return rules + judged(facts, "raw", "state")


def _conservation() -> Rule:
    return no_rows(
        "state.files",
        "every_row_is_loaded_or_quarantined",
        "rows in the file = rows loaded + rows quarantined, for every loaded file",
        """
        select file_id, source_id, table_name, file_name, rows_in_file, rows_loaded, rows_quarantined
        from {batch} where status = 'loaded' and rows_in_file is distinct from rows_loaded + rows_quarantined
        """,
    )


def _tables_hold_their_files(delivered: list[tuple[str, str]]) -> Rule:
    # A row whose file the books do not know counts as one too many.
    held = " union all ".join(
        f"select '{system}' as system, '{table}' as table_name, _file_id, count(*) as rows_held "
        f'from raw."{system}__{table}" group by _file_id'
        for system, table in delivered
    )
    names = ", ".join(f"'{system}.{table}'" for system, table in delivered)
    return no_rows(
        "state.files",
        "tables_hold_every_row_of_their_files_once",
        "for every file: rows in its raw table = rows that the loader says it loaded",
        f"""
        select
            coalesce(files.file_id, held._file_id) as file_id, files.source_id,
            coalesce(files.table_name, held.table_name) as table_name, files.file_name,
            coalesce(files.rows_loaded, 0) as rows_loaded, coalesce(held.rows_held, 0) as rows_held
        from ({held}) as held
        full join (
            select file_id, source_id, system, table_name, file_name, rows_loaded
            from {{batch}} where status = 'loaded' and system || '.' || table_name in ({names})
        ) as files
            on held._file_id = files.file_id and held.system = files.system and held.table_name = files.table_name
        where coalesce(files.rows_loaded, 0) <> coalesce(held.rows_held, 0)
        order by 1
        """,
    )


def _refused(facts: GateFacts) -> Rule:
    return no_rows(
        "state.files",
        "no_file_refused",
        "no file of this run refused (shown, never stops)",
        f"""
        select source_id, table_name, file_name from {{batch}}
        where status = 'refused' and run_id = '{facts.run_id}' order by source_id, table_name, file_name
        """,
        severity=WARN,
    )


def _quarantined(facts: GateFacts) -> Rule:
    return no_rows(
        "state.files",
        "no_row_quarantined",
        "no row of this run quarantined (shown, never stops)",
        f"""
        select source_id, table_name, file_name, rows_quarantined from {{batch}}
        where rows_quarantined > 0 and run_id = '{facts.run_id}' order by rows_quarantined desc, source_id, file_name
        """,
        severity=WARN,
    )


def _came_again(facts: GateFacts) -> Rule:
    return no_rows(
        "state.files",
        "no_file_came_again",
        "no file of this run with the bytes of an earlier one under another name (shown, never stops)",
        f"""
        select source_id, table_name, file_name from {{batch}}
        where
            status = 'duplicate' and run_id = '{facts.run_id}'
            and (source_id, table_name, file_name) not in (
                select (source_id, table_name, file_name) from state.files where status = 'loaded'
            )
        order by source_id, table_name, file_name
        """,
        severity=WARN,
    )
