"""The floor: read every landed file once, write each once as a table, group each table once by who it is about.

Nothing is checked, cleaned, typed beyond a guess or matched; nobody could use what comes out. It is the least that any
product could take for the same data on the same machine.
"""

from __future__ import annotations

import sys
from pathlib import Path

import duckdb

from orchestration import sql

# Who a row is about, in the layouts of the systems; the first that a table has.
_WHO = (
    *(
        "customer_id",
        "source_record_id",
        "customer",
        "requester_id",
        "user_pseudo_id",
        "contact_id",
    ),
    *("contact_email", "recipient", "email", "id", "response_id", "ticket_id", "order_id"),
)
_READERS = {
    ".csv": "read_csv({}, all_varchar = true, ignore_errors = true, null_padding = true, strict_mode = false)",
    ".tsv": "read_csv({}, all_varchar = true, ignore_errors = true, null_padding = true, strict_mode = false)",
    ".jsonl": "read_json({}, format = 'newline_delimited', ignore_errors = true)",
    ".json": "read_json({}, ignore_errors = true)",
    ".parquet": "read_parquet({})",
}


def main(landing: Path, database: Path) -> None:
    """Write the tables of a landing folder into a new database and group each."""
    database.unlink(missing_ok=True)
    with duckdb.connect(str(database)) as con:
        files = [path for path in sorted(landing.rglob("*")) if path.suffix in _READERS]
        tables = []
        for number, path in enumerate(files):
            read = _READERS[path.suffix].format(sql.path(path))
            with path.open("rb") as opened:
                is_wide = opened.read(2) == b"\xff\xfe"
            if is_wide:
                read = read.replace("all_varchar", "encoding = 'utf-16', all_varchar")
            try:
                con.execute(f"create table file_{number} as from {read}")
            except duckdb.Error as problem:
                print(f"{path.name}: {str(problem).splitlines()[0]}", file=sys.stderr)
                continue
            tables.append(f"file_{number}")
        rows = 0
        for table in tables:
            columns = [row[0] for row in con.execute(f"describe {table}").fetchall()]
            who = next((sql.name(name) for name in _WHO if name in columns), "#1")
            grouped = con.execute(
                f"create or replace temp table grouped as select {who} as who, count(*) as n "
                f"from (from {table}) group by 1; select sum(n) from grouped"
            ).fetchall()
            rows += int(grouped[0][0] or 0)
    print(rows)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
