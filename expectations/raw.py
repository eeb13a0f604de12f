"""The raw gate: what the loader wrote is what the files held, and a source does not suddenly change its volume."""

from __future__ import annotations

from expectations.shared import no_rows
from orchestration.gates.results import WARN
from orchestration.gates.rules import GateFacts, Rule

# Drift is judged against the source's own history only; fewer arrivals than this are no history.
EARLIER_ARRIVALS = 8
ARRIVALS_REMEMBERED = 28
SMALLEST_SHARE = 0.7
LARGEST_SHARE = 1.4
# Differences of a few rows are no drift, whatever their share.
ROWS_THAT_MATTER = 50


def suite(facts: GateFacts) -> list[Rule]:
    """Conservation per file, from the file into its table; drift of volume; and what is only shown."""
    rules = [_conservation(), _volume(), _refused(facts), _quarantined(facts)]
    delivered = facts.con.execute(
        "select distinct system, table_name from state.files where status = 'loaded' order by all"
    ).fetchall()
    if delivered:
        rules.append(_tables_hold_their_files(delivered))
    return rules


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
            from {{batch}} where status = 'loaded'
        ) as files
            on held._file_id = files.file_id and held.system = files.system and held.table_name = files.table_name
        where coalesce(files.rows_loaded, 0) <> coalesce(held.rows_held, 0)
        order by 1
        """,
    )


# Arrivals that no published run has seen: a run that was stopped leaves them to be judged again.
_IS_NEW = """file_id > coalesce((
    select max(files.file_id) from state.files as files
    inner join state.runs as runs on files.run_id = runs.run_id
    where runs.started_at <= (select max(started_at) from state.runs where outcome = 'published')
), -1)"""


def _volume() -> Rule:
    return no_rows(
        "state.files",
        "volume_like_its_own_history",
        f"rows of an arrival between {SMALLEST_SHARE:g} times the smallest and {LARGEST_SHARE:g} times the largest "
        f"of the source's last {ARRIVALS_REMEMBERED} arrivals, once there are {EARLIER_ARRIVALS}",
        f"""
        with arrivals as (
            select
                source_id, table_name, run_id, max(file_id) as arrival, sum(rows_in_file) as rows_in_arrival,
                bool_or({_IS_NEW}) as is_new
            from {{batch}} where status = 'loaded' group by source_id, table_name, run_id
        ),
        measured as (
            select
                *,
                count(*) over earlier as earlier_arrivals,
                min(rows_in_arrival) over earlier as smallest,
                max(rows_in_arrival) over earlier as largest
            from arrivals
            window earlier as (
                partition by source_id, table_name order by arrival
                rows between {ARRIVALS_REMEMBERED} preceding and 1 preceding
            )
        )
        select source_id, table_name, rows_in_arrival, smallest, largest, earlier_arrivals
        from measured
        where
            is_new and earlier_arrivals >= {EARLIER_ARRIVALS}
            and (
                (rows_in_arrival < {SMALLEST_SHARE} * smallest and smallest - rows_in_arrival >= {ROWS_THAT_MATTER})
                or (rows_in_arrival > {LARGEST_SHARE} * largest and rows_in_arrival - largest >= {ROWS_THAT_MATTER})
            )
        order by source_id, table_name
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
