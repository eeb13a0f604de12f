-- Grain: one distinct phone text in one country context, as profiles, identifiers and facts carry it.
{{ config(materialized='view') }}
with texts as (
    select
        profiles.phone as raw_value,
        coalesce(countries.country_code, sources.default_country, '') as country
    from {{ ref('profiles') }} as profiles
    left join {{ ref('sources') }} as sources
        on profiles.source_id = sources.source_id
    left join {{ ref('countries') }} as countries
        on lower(trim(profiles.country)) = countries.country_name
    {%- for entity, column, condition in [
        ('identifiers', 'identifier_value', "facts.identifier_type = 'phone'"),
        ('orders', 'phone', 'true'),
        ('interactions', 'phone', 'true'),
    ] %}
    union all
    select
        facts.{{ column }} as raw_value,
        coalesce(sources.default_country, '') as country
    from {{ ref(entity) }} as facts
    left join {{ ref('sources') }} as sources
        on facts.source_id = sources.source_id
    where {{ condition }}
    {%- endfor %}
)

select distinct
    raw_value,
    country
from texts
where raw_value is not null
