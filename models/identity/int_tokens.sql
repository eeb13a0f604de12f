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

distinct_values as (
    select distinct
        token_type,
        token_value
    from tokens
    where token_type != 'record'
),

bad_values as (
    select
        token_type,
        token_value,
        case token_type
            {%- for type in ['email', 'phone', 'birth_date'] %}
            when '{{ type }}' then {{ bad_value_reason('token_value', [type]) }}
            {%- endfor %}
            else {{ bad_value_reason('token_value', []) }}
        end as reason
    from distinct_values
)

select
    tokens.node,
    tokens.token_type,
    tokens.token_value,
    coalesce(tokens.known_reason, bad_values.reason) as suppressed_reason
from tokens
left join bad_values
    on
        tokens.token_type = bad_values.token_type
        and tokens.token_value = bad_values.token_value
