"""Brings a PostgreSQL database to the published version: unchanged tables stay, small changes are applied, the rest is
built beside and swapped in; readers see all of it at once when the one transaction ends."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from orchestration import sql
from orchestration.postgres.access import MASKED, prepare, protect
from orchestration.postgres.connection import BEFORE, SOURCE, TARGET, Mart, opened
from orchestration.postgres.links import TARGETS, link, unlink
from orchestration.postgres.structure import (
    Table,
    create,
    indexes,
    tables,
    value,
    version_file,
)
from orchestration.publishing.reading import open_published, published_file, relations
from orchestration.settings import Settings

STATE = "scv_state"
NEXT = "scv_next"
# Beyond this share of its rows a table is built anew.
SMALL = 0.2


@dataclass(frozen=True)
class Brought:
    """What was done with one table."""

    relation: str
    rows: int
    how: str


def publish_to(
    settings: Settings,
    address: str,
    rows_by: str | None = None,
    say: Callable[[str], None] = lambda line: None,
) -> list[Brought]:
    """Bring the newest version to the database; all of it or nothing."""
    file = published_file(settings)
    with open_published(settings) as con:
        found = tables(settings, relations(con))
    settings.temporary.mkdir(parents=True, exist_ok=True)
    before = version_file(settings, _version_there(file, address, settings.temporary))
    done = []
    with opened(file, address, before if before != file else None, settings.temporary) as mart:
        # Two that publish at once wait for each other.
        mart.rows("select pg_advisory_xact_lock(hashtext('scv_publish'))")
        prepare(mart)
        known = _known(mart)
        mart.run(f"drop schema if exists {NEXT} cascade")
        mart.run(f"create schema {NEXT}")
        swaps: list[Callable[[], None]] = []
        # What other tables lead to comes first: to replace it takes keys off those, which must not have changed yet.
        for table in sorted(found, key=lambda table: table.qualified not in TARGETS):
            done.append(_bring(mart, table, known, before is not None and before != file, swaps))
            say(f"postgresql: {done[-1].relation}, {done[-1].rows:,} rows, {done[-1].how}")
        # Nobody waits before this: the tables that readers have are touched last.
        for swap in swaps:
            swap()
        # All tables are of one version now: keys must hold, and no table with checks to come could be altered.
        mart.run("set constraints all immediate")
        _remove_others(mart, found, known)
        link(mart, found, {one.relation for one in done if one.how != "unchanged"})
        is_same = _rows_by(mart) == rows_by
        protect(
            mart,
            found,
            {one.relation for one in done if one.how != "unchanged" or not is_same},
            rows_by,
        )
        mart.run(
            f"drop schema {NEXT} cascade",
            f"delete from {STATE}.published where relation = ''",
            f"insert into {STATE}.published values ('', {sql.text(file.parent.name)}, {sql.text(rows_by or '')}, 0, now())",
        )
    return done


def _version_there(file: Path, address: str, scratch: Path) -> str | None:
    """The version that the database holds now."""
    with opened(file, address, None, scratch) as mart:
        if not mart.rows(f"select 1 from pg_namespace where nspname = '{STATE}'"):
            return None
        found = mart.rows(f"select content from {STATE}.published where relation = ''")
    return str(found[0][0]) if found else None


def _rows_by(mart: Mart) -> str | None:
    found = mart.rows(f"select structure from {STATE}.published where relation = ''")
    return str(found[0][0]) or None if found else None


def _known(mart: Mart) -> dict[str, tuple[str, str]]:
    mart.run(f"create schema if not exists {STATE}")
    mart.run(f"revoke all on schema {STATE} from public")
    mart.run(
        f"create table if not exists {STATE}.published (relation text primary key, content text, structure text, "
        "row_count bigint, published_at timestamptz)"
    )
    return {
        relation: (content, structure)
        for relation, content, structure in mart.rows(
            f"select relation, content, structure from {STATE}.published where relation <> '' "
            f"and to_regclass(relation) is not null"
        )
    }


def _bring(
    mart: Mart,
    table: Table,
    known: dict[str, tuple[str, str]],
    has_before: bool,
    swaps: list[Callable[[], None]],
) -> Brought:
    name = table.qualified
    [(rows, content)] = mart.duck(
        f"select count(*), coalesce(bit_xor(hash(r)), 0)::varchar || '/' || coalesce(sum(hash(r) % 1000003), 0)::varchar "
        f"from {SOURCE}.{name} as r"
    )
    content = f"{rows}/{content}"
    structure = table.fingerprint()
    if known.get(name) == (content, structure):
        return Brought(name, rows, "unchanged")
    how = "swapped"
    if has_before and known.get(name, ("", ""))[1] == structure and table.key:
        changed = _changes(mart, table, rows)
        if changed is not None:
            how = f"{changed:,} rows changed"
            swaps.append(lambda: _apply(mart, table))
    if how == "swapped":
        _build(mart, table, f"{NEXT}.{_beside(table)}")
        swaps.append(lambda: _swap(mart, table, name in known))
    mart.run(f"delete from {STATE}.published where relation = {sql.text(name)}")
    mart.run(
        f"insert into {STATE}.published values ({sql.text(name)}, {sql.text(content)}, {sql.text(structure)}, {rows}, now())"
    )
    return Brought(name, rows, how)


def _beside(table: Table) -> str:
    return f"{table.relation.schema}__{table.relation.name}"


def _columns(table: Table) -> str:
    return ", ".join(value(c.data_type, sql.name(c.name)) for c in table.relation.columns)


def _build(mart: Mart, table: Table, place: str) -> None:
    mart.run(*create(table, place))
    mart.duck(f"insert into {TARGET}.{place} select {_columns(table)} from {SOURCE}.{table.qualified}")  # fmt: skip
    is_filled = bool(table.key) and not mart.duck(
        f"select 1 from {SOURCE}.{table.qualified} where {' or '.join(f'{sql.name(c)} is null' for c in table.key)} limit 1"
    )
    mart.run(*indexes(table, place, is_filled))


def _swap(mart: Mart, table: Table, is_there: bool) -> None:
    """The new table in the place of the old one. Views of others over it keep working: then its rows are exchanged."""
    schema, name = table.relation.schema, sql.name(table.relation.name)
    mart.run(f"create schema if not exists {schema}")
    beside = f"{NEXT}.{_beside(table)}"
    if is_there:
        mart.run(f"drop view if exists {schema}{MASKED}.{name}")
        if _others_depend(mart, table):
            mart.run(f"delete from {table.qualified}")
            mart.run(f"insert into {table.qualified} select * from {beside}")
            return
        unlink(mart, table.qualified)
        mart.run(f"drop table {table.qualified}")
    mart.run(f"alter table {beside} set schema {schema}")
    mart.run(f"alter table {schema}.{_beside(table)} rename to {name}")


def _others_depend(mart: Mart, table: Table) -> bool:
    return bool(
        mart.rows(
            "select 1 from pg_depend as d join pg_rewrite as w on d.objid = w.oid "
            f"where d.refobjid = '{table.qualified}'::regclass and w.ev_class <> d.refobjid limit 1"
        )
    )


def _changes(mart: Mart, table: Table, rows: int) -> int | None:
    """How many keys differ from the version that the database holds; None when that is too much, or not known."""
    held = mart.duck(
        f"select 1 from duckdb_tables() where database_name = '{BEFORE}' "
        f"and schema_name = {sql.text(table.relation.schema)} and table_name = {sql.text(table.relation.name)}"
    )
    if not held:
        return None
    key = ", ".join(map(sql.name, table.key))
    gone = f"temp.main.{sql.name(f'gone {table.qualified}')}"
    mart.duck(
        f"create or replace temp table {sql.name(f'gone {table.qualified}')} as select distinct {key} from ("
        f"(from {BEFORE}.{table.qualified} except all from {SOURCE}.{table.qualified}) union all "
        f"(from {SOURCE}.{table.qualified} except all from {BEFORE}.{table.qualified})) as changed"
    )
    [[count]] = mart.duck(f"select count(*) from {gone}")
    [[nulls]] = mart.duck(
        f"select count(*) from {gone} where {' or '.join(f'{sql.name(c)} is null' for c in table.key)}"
    )
    return int(count) if not nulls and count <= max(SMALL * rows, 1) else None


def _apply(mart: Mart, table: Table) -> None:
    """Rows whose key changed go, and come as they are now."""
    gone = f"temp.main.{sql.name(f'gone {table.qualified}')}"
    beside = f"{NEXT}.{_beside(table)}"
    kinds = {c.name: c.data_type for c in table.relation.columns}
    mart.run(
        f"create table {beside} as select {', '.join(map(sql.name, table.key))} from {table.qualified} limit 0"
    )
    keys = ", ".join(value(kinds[name], sql.name(name)) for name in table.key)
    mart.duck(f"insert into {TARGET}.{beside} select {keys} from {gone}")
    same = " and ".join(f"held.{sql.name(c)} = gone.{sql.name(c)}" for c in table.key)
    mart.run(f"delete from {table.qualified} as held using {beside} as gone where {same}")
    columns = ", ".join(
        value(c.data_type, f"held.{sql.name(c.name)}") for c in table.relation.columns
    )
    mart.duck(
        f"insert into {TARGET}.{table.qualified} select {columns} from {SOURCE}.{table.qualified} as held "
        f"where exists (select 1 from {gone} as gone where {same})"
    )


def _remove_others(mart: Mart, found: list[Table], known: dict[str, tuple[str, str]]) -> None:
    """Tables that this project made and that are published no more."""
    for name in set(known) - {table.qualified for table in found}:
        schema, _, relation = name.partition(".")
        mart.run(f"drop view if exists {schema}{MASKED}.{sql.name(relation)}")
        unlink(mart, name)
        mart.run(f"drop table if exists {schema}.{sql.name(relation)}")
        mart.run(f"delete from {STATE}.published where relation = {sql.text(name)}")
