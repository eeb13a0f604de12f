-- Grain: one value that a profile could be recognised by, with the reason where it is kept out.
-- depends_on: {{ ref('bad_identifiers') }}
{{ config(materialized='table') }}
with tokens as (
    select
        profiles.node,
        identifiers.identifier_type as token_type,
        identifiers.identifier_value as token_value,
        cast(null as varchar) as known_reason
    from {{ ref('int_profile_identifiers') }} as identifiers
    inner join {{ ref('int_profiles') }} as profiles
        on
            identifiers.source_id = profiles.source_id
            and identifiers.source_record_id = profiles.source_record_id
    union all
    select
        profiles.node,
        derived.identifier_type,
        derived.identifier_value,
        null
    from {{ ref('int_derived_profiles') }} as derived
    inner join {{ ref('int_profiles') }} as profiles
        on
            derived.source_id = profiles.source_id
            and derived.source_record_id = profiles.source_record_id
    union all
    select
        node,
        'name',
        name,
        name_suppressed_reason
    from {{ ref('int_profiles') }}
    where name is not null
    union all
    select
        node,
        'birth_date',
        cast(birth_date as varchar),
        null
    from {{ ref('int_profiles') }}
    where birth_date is not null
    union all
    -- Where a system names the record of another, the named record answers to its own name.
    select
        node,
        'record',
        source_id || ':' || source_record_id,
        null
    from {{ ref('int_profiles') }}
),

parties as (
    select
        tokens.*,
        profiles.party_type
    from tokens
    inner join {{ ref('int_profiles') }} as profiles
        on tokens.node = profiles.node
),

distinct_values as (
    select distinct
        token_type,
        token_value,
        party_type
    from parties
    where token_type != 'record'
),

bad_values as (
    select
        token_type,
        token_value,
        party_type,
        case token_type
            {%- for type in ['email', 'phone', 'birth_date'] %}
            when '{{ type }}' then {{ bad_value_reason('token_value', [type], 'party_type') }}
            {%- endfor %}
            else {{ bad_value_reason('token_value', [], 'party_type') }}
        end as reason
    from distinct_values
)

select
    parties.node,
    parties.token_type,
    parties.token_value,
    coalesce(parties.known_reason, bad_values.reason) as suppressed_reason
from parties
left join bad_values
    on
        parties.token_type = bad_values.token_type
        and parties.token_value = bad_values.token_value
        and parties.party_type = bad_values.party_type
