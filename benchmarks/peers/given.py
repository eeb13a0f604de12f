"""What every peer is given: the profiles as staging holds them, with one column for each kind of identifier.

The same once more in the forms that our own identity step compares, to tell what is worth of the normalisation and what
of the matching.
"""

from __future__ import annotations

from pathlib import Path

import duckdb

from orchestration import sql

# The kinds of identifiers that a person carries from system to system.
IDENTIFIERS = (
    "national_id",
    "tax_id",
    "login_id",
    "loyalty_id",
    "card_fingerprint",
    "device_id",
)
_KEY = "source_id, source_record_id"
# Of systems that name the record of another, `record` is that one's name.
_RECORD = (
    "coalesce(min(substr(identifier_type, 10) || ':' || trim(identifier_value)) "
    "filter (where identifier_type like 'external:%'), source_id || ':' || source_record_id)"
)


def as_sent(database: Path, path: Path) -> int:
    """Write the profiles as they were sent; returns how many there are."""
    columns = ", ".join(
        f"min(trim(identifier_value)) filter (where identifier_type = '{name}') as {name}"
        for name in IDENTIFIERS
    )
    others = ", ".join(
        f"min(identifier_value) filter (where identifier_type = '{name}') as other_{name}"
        for name in ("email", "phone")
    )
    return _write(
        database,
        f"""
        with carried as (
            select {_KEY}, {columns}, {others}, {_RECORD} as record
            from staging.identifiers group by {_KEY}
        )
        select
            row_number() over (order by {_KEY}) - 1 as node,
            profiles.* exclude (created_at, updated_at, _extra, _file_id, _file_row, _loaded_at)
                replace (cast(birth_date as varchar) as birth_date),
            carried.* exclude ({_KEY}, record),
            coalesce(record, source_id || ':' || source_record_id) as record
        from staging.profiles left join carried using ({_KEY})
        order by node
        """,
        path,
    )


def as_compared(database: Path, path: Path) -> int:
    """Write what our identity step compares, of a database in which it has run."""
    columns = ", ".join(
        f"min(token_value) filter (where token_type = '{name}') as {name}"
        for name in IDENTIFIERS
        if name != "national_id"
    )
    return _write(
        database,
        f"""
        with carried as (
            select
                node, {columns},
                min(token_value) filter (where token_type = 'record') as record
            from identity.int_tokens where suppressed_reason is null group by node
        )
        select
            node, {_KEY}, said.given, said.family, names as full_name, email, phone, address, city, postal, said.organization,
            national_id, carried.* exclude (node),
            cast(try_strptime(birth, '%Y%m%d') as date)::varchar as birth
        from identity.int_match_features as said
        inner join identity.int_profiles using (node)
        left join carried using (node)
        order by node
        """,
        path,
    )


def _write(database: Path, query: str, path: Path) -> int:
    with duckdb.connect(str(database), read_only=True) as con:
        con.execute(f"copy ({query}) to {sql.path(path)} (format parquet)").fetchall()
        return int(con.execute(f"select count(*) from {sql.path(path)}").fetchall()[0][0])
