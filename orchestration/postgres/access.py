"""Who may see what in the mart: analysts the masked views, the restricted audience whole tables, both by row where set.

Rights are given to two roles that cannot log in; an administrator grants them to people. With row scopes a person sees
only customers of the scopes listed for one of their roles in `scv_access.row_scopes`; nobody listed sees nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from orchestration import sql
from orchestration.errors import UsageError
from orchestration.postgres.connection import Mart
from orchestration.postgres.structure import Table, comments, masked

ANALYST = "scv_analyst"
RESTRICTED = "scv_restricted"
ACCESS = "scv_access"
MASKED = "_masked"
CUSTOMERS = "marts.customer_360"

_HAS_ALL = (
    f"exists (select 1 from {ACCESS}.row_scopes as s "
    "where s.scope = '*' and pg_has_role(session_user, s.role_name, 'member'))"
)


def prepare(mart: Mart) -> None:
    """Roles and the list of scopes, where they are not there yet."""
    for role in (ANALYST, RESTRICTED):
        if not mart.rows(f"select 1 from pg_roles where rolname = '{role}'"):
            mart.run(f"create role {role} nologin")
    mart.run(f"create schema if not exists {ACCESS}")
    mart.run(
        f"create table if not exists {ACCESS}.row_scopes "
        "(role_name name not null, scope text not null, primary key (role_name, scope))"
    )
    mart.run(
        f"comment on table {ACCESS}.row_scopes is "
        "'One scope that members of one role see; * is all, and rows of nobody. Kept by an administrator.'"
    )
    mart.run(f"revoke all on schema {ACCESS} from public")
    mart.run(f"grant usage on schema {ACCESS} to {ANALYST}, {RESTRICTED}")
    mart.run(f"grant select on {ACCESS}.row_scopes to {ANALYST}, {RESTRICTED}")


def protect(
    mart: Mart, tables: Sequence[Table], changed: Collection[str], rows_by: str | None
) -> None:
    """Masked views, grants and row policies of the tables that are not as they were."""
    _check_scope(tables, rows_by)
    if rows_by:
        # Which customers somebody sees is looked up past the policies, or they would ask themselves.
        mart.run(
            f"create or replace function {ACCESS}.sees_customer(asked text) returns boolean "
            "language sql stable security definer set search_path = pg_catalog as $$ "
            f"select exists (select 1 from {CUSTOMERS} as c join {ACCESS}.row_scopes as s "
            f"on s.scope = c.{sql.name(rows_by)}::text "
            "where c.customer_id = asked and pg_has_role(session_user, s.role_name, 'member')) $$"
        )
    for schema in dict.fromkeys(table.relation.schema for table in tables):
        mart.run(
            f"create schema if not exists {schema}{MASKED}",
            f"revoke all on schema {schema}, {schema}{MASKED} from public",
            f"grant usage on schema {schema} to {RESTRICTED}",
            f"grant usage on schema {schema}{MASKED} to {ANALYST}, {RESTRICTED}",
        )
    for table in tables:
        if table.qualified in changed:
            _protect(mart, table, rows_by)


def _check_scope(tables: Sequence[Table], rows_by: str | None) -> None:
    names = {
        column.name
        for table in tables
        if table.qualified == CUSTOMERS
        for column in table.relation.columns
    }
    if rows_by and rows_by not in names:
        raise UsageError(f"{CUSTOMERS} has no column {rows_by} to tell rows apart by.")


def _protect(mart: Mart, table: Table, rows_by: str | None) -> None:
    place = table.qualified
    view = f"{table.relation.schema}{MASKED}.{sql.name(table.relation.name)}"
    seen = _seen(table) if rows_by else None
    columns = ", ".join(masked(c.name, table.pii.get(c.name)) for c in table.relation.columns)
    where = f" where {seen}" if seen else ""
    policy = (
        (
            f"alter table {place} enable row level security",
            f"create policy scv_rows on {place} for select to {RESTRICTED} using ({seen})",
        )
        if seen
        else (f"alter table {place} disable row level security",)
    )
    mart.run(
        f"drop view if exists {view}",
        # A barrier: a condition of the reader is asked only of rows that the view gives.
        f"create view {view} with (security_barrier) as select {columns} from {place}{where}",
        *comments(table, view, "view"),
        f"grant select on {view} to {ANALYST}, {RESTRICTED}",
        f"grant select on {place} to {RESTRICTED}",
        f"drop policy if exists scv_rows on {place}",
        *policy,
    )


def _seen(table: Table) -> str | None:
    """The condition on a row; rows about persons that name no customer are for those who see all."""
    if any(column.name == "customer_id" for column in table.relation.columns):
        return f"({_HAS_ALL} or {ACCESS}.sees_customer(customer_id))"
    return _HAS_ALL if table.pii else None
