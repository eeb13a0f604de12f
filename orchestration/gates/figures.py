"""Measures arrivals inside the engine: shares, sizes, times and values of every column, a few numbers each.

One scan a table over the rows that are new to the gates. No personal value is kept: of columns marked `pii` only how many
are empty; values themselves only of columns with few of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import duckdb

from orchestration import sql
from orchestration.gates.drift import REMEMBERED
from orchestration.ingestion.contracts import Column, Contracts, Table
from orchestration.ingestion.values import is_number

# Of larger arrivals every so-manieth key is looked at; its rows then stand for all.
_WHOLE = 100_000
# A column with more different values is no list of categories.
_CATEGORIES = 40
_AT_ONCE = 2
_QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)
_SIZES = (0.5, 0.9)
# Where the day's events lie on the face of a clock of 24 hours: their mean hand, and that at twice the speed.
_CLOCK = ("cos", "sin", "cos2", "sin2")
# Rows whose columns beyond the contract are looked at.
_LOOKED_AT = 1_000

Figure = tuple[int, str, str, str, float]


def measure(con: duckdb.DuckDBPyConnection, contracts: Contracts) -> None:
    """Figures for every arrival that has none yet; of a long past only what history still looks at."""
    todo = con.execute(
        "select system, table_name from gates.arrivals where not is_measured group by all order by all"
    ).fetchall()
    tables = [table for each in todo if (table := contracts.table(*each)) is not None]

    def of_one(table: Table) -> list[Figure]:
        with con.cursor() as own:
            return _of_table(own, table)

    # Most tables are small, and the engine finds no work for two cores in one of them.
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        figures = [figure for found in pool.map(of_one, tables) for figure in found]
    con.execute("begin").fetchall()
    if figures:
        con.execute(
            "insert into gates.figures select unnest(?::bigint[]), unnest(?::varchar[]), "
            "unnest(?::varchar[]), unnest(?::varchar[]), unnest(?::double[])",
            [list(part) for part in zip(*figures, strict=True)],
        ).fetchall()
    con.execute("update gates.arrivals set is_measured = true where not is_measured").fetchall()
    con.execute("commit").fetchall()


def _of_table(con: duckdb.DuckDBPyConnection, table: Table) -> list[Figure]:
    con.execute("set TimeZone = 'UTC'").fetchall()
    raw = f"raw.{sql.name(table.identifier)}"
    con.execute(
        "create or replace temp table measured as "
        "select files.file_id, arrivals.arrival_id, arrivals.source_id, "
        # As wide as a hash: mixed with another type the remainder is taken in 128 bits, at ten times the price.
        f"cast(greatest(1, sum(state.rows_loaded) over (partition by arrivals.arrival_id) // {_WHOLE}) as ubigint) as every "
        "from (select *, row_number() over (partition by source_id order by arrival_id desc) as age "
        "from gates.arrivals where system = ? and table_name = ? and not is_measured) as arrivals "
        "inner join gates.arrival_files as files on files.arrival_id = arrivals.arrival_id "
        "inner join state.files as state on state.file_id = files.file_id "
        f"where arrivals.age <= {REMEMBERED + 1} and state.rows_loaded > 0",
        [table.system, table.name],
    ).fetchall()
    first, last = con.execute("select min(file_id), max(file_id) from measured").fetchall()[0]
    if first is None:
        return []
    hashed = table.key or tuple(column.name for column in table.columns)
    key = f"hash({', '.join(f't.{sql.name(name)}' for name in hashed)})"
    # Named with their table: some have a column `source_id` of their own, as `measured` does.
    columns = ", ".join(f"t.{sql.name(column.name)}" for column in table.columns)
    # Once, for all that follows: of a large table most of the time goes into finding its new rows.
    con.execute(
        f"create or replace temp table looked as select m.arrival_id, {columns}, {key} as _key "
        f"from {raw} as t inner join measured as m on t._file_id = m.file_id "
        f"where t._file_id between {first} and {last} and (m.every = 1 or {key} % m.every = 0)"
    ).fetchall()
    figures, categories = _overview(con, table)
    figures += _categories(con, categories)
    if table.key:
        figures += _repeated(con, table, raw, first)
    figures += _strange_columns(con, table, raw)
    return figures


def _overview(con: duckdb.DuckDBPyConnection, table: Table) -> tuple[list[Figure], list[str]]:
    """Everything that one scan can tell, and the columns whose values are worth counting."""
    asked: list[tuple[str, str, str]] = [
        ("", "rows", "count(*)"),
        ("", "keys", "count(distinct _key)"),
        ("", "foreign", f"count(*) filter ({_has_foreign_letters(table)})"),
        ("", "content", f"cast(sum(cast(hash({_all(table)}) as hugeint)) as varchar)"),
    ]
    for column in table.columns:
        name = sql.name(column.name)
        asked.append((column.name, "filled", f"count({name})"))
        if column.pii is not None or column.name in table.key:
            continue
        if is_number(column) and not _is_reference(column):
            sizes = f"quantile_cont(abs(cast({name} as double)), {list(_SIZES)})"
            asked.append((column.name, "size", sizes))
            asked.append((column.name, "min", f"min(cast({name} as double))"))
            asked.append((column.name, "max", f"max(cast({name} as double))"))
        elif column.data_type in ("timestamp", "date"):
            seconds = f"epoch(cast({name} as timestamp)) / 3600"
            asked.append((column.name, "hours", f"quantile_cont({seconds}, {list(_QUANTILES)})"))
            if column.data_type == "timestamp":
                hand = f"epoch({name}) % 86400 / 86400 * 2 * pi()"
                # Rounded, so that no order of adding shows.
                parts = (f"round(avg({part[:3]}({part[3:] or 1} * {hand})), 9)" for part in _CLOCK)
                asked.append((column.name, "clock", f"[{', '.join(parts)}]"))
        elif column.data_type in ("varchar", "boolean") and not _is_reference(column):
            asked.append((column.name, "distinct", f"approx_count_distinct({name})"))
    found = con.execute(
        f"select arrival_id, {', '.join(part for _, _, part in asked)} from looked group by arrival_id"
    ).fetchall()
    figures: list[Figure] = []
    few: dict[str, bool] = {}
    for arrival_id, *values in found:
        for (about, measured, _), value in zip(asked, values, strict=True):
            if measured == "distinct":
                few[about] = few.get(about, True) and value <= _CATEGORIES
            elif measured == "content":
                # One number for all rows, whatever their order: the same rows again show.
                figures.append((arrival_id, "", "content", value, 1.0))
            else:
                figures += _as_figures(arrival_id, about, measured, value)
    return figures, [name for name, is_few in few.items() if is_few]


def _as_figures(arrival_id: int, column: str, measured: str, value: Any) -> Sequence[Figure]:
    if value is None:
        return ()
    names: Sequence[str]
    if measured == "clock":
        names = _CLOCK
    elif measured in ("size", "hours"):
        names = [f"p{round(100 * at):02}" for at in (_SIZES if measured == "size" else _QUANTILES)]
    else:
        return ((arrival_id, column, measured, "", float(value)),)
    return [
        (arrival_id, column, measured, name, float(each))
        for name, each in zip(names, value, strict=True)
        if each is not None
    ]


def _all(table: Table) -> str:
    return ", ".join(sql.name(column.name) for column in table.columns)


def _categories(con: duckdb.DuckDBPyConnection, columns: Sequence[str]) -> list[Figure]:
    if not columns:
        return []
    parts = " union all ".join(
        f"select arrival_id, {sql.text(name)} as column_name, cast({sql.name(name)} as varchar) as category, "
        f"count(*) as n from looked where {sql.name(name)} is not null group by 1, 3"
        for name in columns
    )
    found = con.execute(parts).fetchall()
    return [(arrival_id, name, "category", value, float(n)) for arrival_id, name, value, n in found]


def _repeated(con: duckdb.DuckDBPyConnection, table: Table, raw: str, first: int) -> list[Figure]:
    """Rows whose key the same source sent before."""
    before = con.execute(
        "select count(*) from gates.arrivals where system = ? and table_name = ? and is_measured",
        [table.system, table.name],
    ).fetchall()[0][0]
    if not before:
        return []
    keys = ", ".join(f"t.{sql.name(name)}" for name in table.key)
    found = con.execute(
        "with of_source as (select looked.arrival_id, m.source_id, looked._key from looked "
        "inner join (select distinct arrival_id, source_id from measured) as m using (arrival_id)), "
        f"known as (select distinct t._source_id, hash({keys}) as _key from {raw} as t "
        f"where t._file_id < {first} and hash({keys}) in (select _key from looked)) "
        "select of_source.arrival_id, count(known._key) from of_source left join known "
        "on of_source._key = known._key and of_source.source_id = known._source_id group by 1"
    ).fetchall()
    return [(arrival_id, "", "repeated", "", float(n)) for arrival_id, n in found]


def _strange_columns(con: duckdb.DuckDBPyConnection, table: Table, raw: str) -> list[Figure]:
    """Columns that files brought beyond the contract, by name. A bad value of a known column is none of them."""
    found = con.execute(
        "select distinct arrival_id, name from ("
        f"select m.arrival_id, unnest(json_keys(t._extra)) as name from {raw} as t "
        "inner join measured as m on t._file_id = m.file_id "
        f"where t._extra is not null and t._file_row <= {_LOOKED_AT}) "
        "where not list_contains(?, lower(name))",
        [[column.name.lower() for column in table.columns]],
    ).fetchall()
    return [(arrival_id, "", "extra", str(name)[:100], 1.0) for arrival_id, name in found]


def _is_reference(column: Column) -> bool:
    """Whether the column names a thing rather than saying how it is."""
    name = column.name.lower()
    return name in ("id", "key", "gid") or name.endswith(("_id", "_ref", "_key", "_url", "_hash"))


def _has_foreign_letters(table: Table) -> str:
    texts = [
        f"strlen({sql.name(c.name)}) > length({sql.name(c.name)})"
        for c in table.columns
        if c.data_type == "varchar"
    ]
    return "where " + (" or ".join(texts) if texts else "false")
