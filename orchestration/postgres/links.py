"""Foreign keys of the mart: which customer a row is of, told to tools that read relations from keys.

That they hold is checked in the published file, where it is cheap; PostgreSQL is told so (`not valid` spares it looking
at every row) and watches over later changes at the end of the transaction, so that tables may change in any order.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from orchestration import sql
from orchestration.postgres.connection import SOURCE, Mart
from orchestration.postgres.structure import Table

NAME = "scv_customer"
_LIVE = "core.dim_customer"
_EVER = "identity.customers"
# Those that also tell of customers who are no more.
_OF_ANY_TIME = ("core.dim_customer_history", "identity.events", "identity.review_queue")
TARGETS = (_LIVE, _EVER)


def target(table: Table) -> str | None:
    """The relation that a table's `customer_id` leads to."""
    names = {column.name for column in table.relation.columns}
    if "customer_id" not in names or table.qualified == _EVER:
        return None
    return _EVER if table.qualified in (*_OF_ANY_TIME, _LIVE) else _LIVE


def unlink(mart: Mart, relation: str) -> None:
    """Take away the keys that lead to a table, before it is replaced."""
    for (place,) in mart.rows(
        f"select conrelid::regclass::text from pg_constraint where conname = '{NAME}' "
        f"and confrelid = to_regclass({sql.text(relation)})"
    ):
        mart.run(f"alter table {place} drop constraint {NAME}")


def link(mart: Mart, tables: Sequence[Table], changed: Collection[str]) -> None:
    """The keys of all tables, where they hold; those of tables that nothing changed about stay as they are."""
    held = {
        place
        for (place,) in mart.rows(
            "select n.nspname || '.' || c.relname from pg_constraint as k join pg_class as c on c.oid = k.conrelid "
            f"join pg_namespace as n on n.oid = c.relnamespace where k.conname = '{NAME}'"
        )
    }
    keyed = {table.qualified for table in tables if table.key == ("customer_id",)}
    for table in tables:
        to, place = target(table), table.qualified
        is_same = not {place, to} & set(changed)
        if to is None or (is_same and place in held):
            continue
        holds = to in keyed and not mart.duck(
            f"select 1 from {SOURCE}.{place} where customer_id is not null "
            f"and customer_id not in (select customer_id from {SOURCE}.{to} where customer_id is not null) limit 1"
        )
        if place in held and not holds:
            mart.run(f"alter table {place} drop constraint {NAME}")
        elif place not in held and holds:
            mart.run(
                f"alter table {place} add constraint {NAME} foreign key (customer_id) "
                f"references {to} (customer_id) deferrable initially deferred not valid"
            )
