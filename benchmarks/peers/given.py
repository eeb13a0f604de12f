"""What every peer is given: the profiles as staging holds them, with one column for each kind of identifier.

The same cleaned in SQL as a careful user would, and once more in the forms that our own identity step compares: what is
owed to the normalisation and what to the matching can then be told apart.
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

# Values that more profiles carry stand for nobody: N/A, 0000000000, a front desk's number.
_MANY = 20


def _words(column: str) -> str:
    """Lower case, without accents and signs."""
    plain = f"strip_accents(lower({column}))"
    return f"nullif(trim(regexp_replace({plain}, '[^\\p{{L}}0-9]+', ' ', 'g')), '')"


def _rare(column: str) -> str:
    return f"case when count({column}) over (partition by {column}) <= {_MANY} then {column} end as {column}"


_DIGITS = "regexp_replace(coalesce({}, other_phone), '[^0-9]', '', 'g')"
# Of table `given`: what a careful user would do before matching.
CLEANED = f"""
    with plain as (
        select
            node, source_id, source_record_id, record, {", ".join(IDENTIFIERS)},
            {_words("full_name")} as whole,
            {_words("given_name")} as given_words,
            {_words("family_name")} as family_words,
            lower(trim(coalesce(email, other_email))) as email,
            right({_DIGITS.format("phone")}, 9) as phone,
            birth_date as birth,
            {_words("address_line")} as address,
            {_words("city")} as city,
            nullif(regexp_replace(lower(postal_code), '[^a-z0-9]', '', 'g'), '') as postal,
            {_words("company")} as organization
        from given
    ),
    parted as (
        select
            *,
            -- Chinese names are written without a blank, the family first.
            regexp_full_match(whole, '\\p{{Han}}{{2,4}}') as is_chinese
        from plain
    ),
    named as (
        select
            * exclude (given_words, family_words, whole, is_chinese),
            coalesce(split_part(given_words, ' ', 1), case when is_chinese then whole[2:] else split_part(whole, ' ', 1) end)
                as given,
            coalesce(family_words, case when is_chinese then whole[1] else split_part(whole, ' ', -1) end) as family
        from parted
    )
    select
        * exclude (email, phone),
        given || ' ' || family as full_name,
        {_rare("email")},
        {_rare("phone")}
    from (select * replace (
        case when email like '%_@_%' then email end as email,
        case when length(phone) >= 7 then phone end as phone
    ) from named)
"""


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


def cleaned(sent: Path, path: Path) -> None:
    """Write what was sent, cleaned."""
    with duckdb.connect() as con:
        con.execute(f"create view given as from {sql.path(sent)}").fetchall()
        con.execute(f"copy ({CLEANED}) to {sql.path(path)} (format parquet)").fetchall()


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
