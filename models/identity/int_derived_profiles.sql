-- Grain: one profile that exists only as an e-mail or phone on a fact of one source.
-- A device or cookie alone is no customer, so it derives none.
{{ config(materialized='table') }}
{%- set facts = {
    'orders': ['email', 'phone'],
    'tickets': ['email'],
    'payments': ['email'],
    'interactions': ['email', 'phone'],
    'feedback': ['email'],
    'survey_invitations': ['email'],
} %}
{%- set first_seen = {
    'orders': 'ordered_at', 'tickets': 'opened_at', 'payments': 'occurred_at', 'interactions': 'started_at',
    'feedback': 'submitted_at', 'survey_invitations': 'sent_at',
} %}
with carried as (
    {%- for entity, types in facts.items() %}
    {%- set outer_loop = loop %}
    {%- for type in types %}
    select
        facts.source_id,
        '{{ type }}' as identifier_type,
        facts.{{ type }} as raw_value,
        facts.{{ first_seen[entity] }} as seen_at,
        facts._loaded_at
    from {{ ref(entity) }} as facts
    left join {{ ref('profiles') }} as profiles
        on
            facts.source_id = profiles.source_id
            and facts.customer_ref = profiles.source_record_id
    where
        facts.{{ type }} is not null
        and profiles.source_record_id is null
        {%- if type == 'phone' %}
        and facts.email is null
        {%- endif %}
    {{ 'union all' if not (loop.last and outer_loop.last) }}
    {%- endfor %}
    {%- endfor %}
),

normalised as (
    select
        carried.source_id,
        carried.identifier_type,
        case
            when carried.identifier_type = 'email' then emails.email_key
            else phones.phone_key
        end as identifier_value,
        min(carried.seen_at) as first_seen_at,
        min(carried._loaded_at) as arrived_at,
        -- As a fact carries it: a golden value is one that a source sent.
        min(trim(carried.raw_value)) as sent_value
    from carried
    left join {{ ref('sources') }} as sources
        on carried.source_id = sources.source_id
    left join {{ ref('int_email_addresses') }} as emails
        on case when carried.identifier_type = 'email' then carried.raw_value end = emails.raw_value
    left join {{ ref('int_phone_numbers') }} as phones
        on
            case when carried.identifier_type = 'phone' then carried.raw_value end = phones.raw_value
            and coalesce(sources.default_country, '') = phones.country
    group by 1, 2, 3
),

known as (
    select distinct
        identifier_type,
        identifier_value
    from {{ ref('int_profile_identifiers') }}
    where identifier_type in ('email', 'phone')
)

select
    normalised.source_id,
    'derived:' || normalised.identifier_type || ':'
    || substr({{ hash_hex('normalised.identifier_value') }}, 1, 16) as source_record_id,
    normalised.identifier_type,
    normalised.identifier_value,
    normalised.sent_value,
    normalised.first_seen_at,
    normalised.arrived_at
from normalised
left join known
    on
        normalised.identifier_type = known.identifier_type
        and normalised.identifier_value = known.identifier_value
where
    normalised.identifier_value is not null
    and known.identifier_value is null
