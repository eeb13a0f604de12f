"""The registry of identity holds what readers were given: ids are durable from their publication on, not before.

A run that a gate stopped, or that died, may have merged two customers for a bad file's sake. Were that kept, the next run
would part them again, and one of the two would go on under a new id.
"""

from __future__ import annotations

import duckdb

# Runs since the last that was published, the one under way included.
_UNSEEN = """
select run_id from state.runs
where outcome not in ('published', 'unchanged') and started_at > coalesce(
    (select max(started_at) from state.runs where outcome = 'published'), timestamp '-infinity'
)
"""


def take_back(con: duckdb.DuckDBPyConnection) -> None:
    """Bring the registry back to what the last published run left."""
    held = con.execute(
        "select column_name from duckdb_columns() where schema_name = 'state' "
        "and table_name = 'identity_registry' and database_name = current_database()"
    ).fetchall()
    # A release before the one that wrote down who ended a period cannot be taken back.
    if ("end_run_id",) not in held:
        return
    con.execute("begin").fetchall()
    con.execute(f"delete from state.identity_registry where run_id in ({_UNSEEN})").fetchall()
    con.execute(
        "update state.identity_registry set valid_to = null, end_run_id = null "
        f"where end_run_id in ({_UNSEEN})"
    ).fetchall()
    con.execute("commit").fetchall()
