-- Grain: one profile of one source, sent or derived from facts. The spine of identity: each gets one customer.
{{ config(materialized='table') }}
with sent as (
    select
        source_id,
        source_record_id,
        party_type,
        coalesce(full_name, nullif(trim(coalesce(given_name, '') || ' ' || coalesce(family_name, '')), ''), company) as full_name,
        given_name,
        family_name,
        birth_date,
        created_at as first_seen_at
    from {{ ref('profiles') }}
),

spine as (
    select * from sent
    union all
    select
        source_id,
        source_record_id,
        'person' as party_type,
        cast(null as varchar) as full_name,
        cast(null as varchar) as given_name,
        cast(null as varchar) as family_name,
        cast(null as date) as birth_date,
        first_seen_at
    from {{ ref('int_derived_profiles') }}
)

select
    cast(row_number() over (order by source_id, source_record_id) - 1 as bigint) as node,
    source_id,
    source_record_id,
    party_type,
    {{ name_key('full_name') }} as name,
    {{ last_word("trim(" ~ strip_accents_lower("coalesce(family_name, full_name)") ~ ")") }} as surname,
    birth_date,
    first_seen_at
from spine
