-- Grain: one version of one profile that was ever the newest, and the time it held by what its source says.
-- A version holds from when its source made it, and never from later than it arrived; from its arrival where the source
-- does not say. The newest has no `valid_to`. A deletion only ends the version before it.
{{ config(materialized='table') }}
with versions as (
    select *
    from {{ ref('profiles_versions') }}
    where _outcome != 'quarantined'
),

changed as (
    select distinct
        source_id,
        source_record_id
    from versions
    where _outcome = 'superseded'
),

ordered as (
    select
        versions.*,
        least(
            versions._loaded_at,
            coalesce(
                versions.updated_at,
                case when lead(versions._loaded_at) over newest_first is null then versions.created_at end,
                versions._loaded_at
            )
        ) as said_at
    from versions
    inner join changed
        on
            versions.source_id = changed.source_id
            and versions.source_record_id = changed.source_record_id
    window newest_first as (
        partition by versions.source_id, versions.source_record_id
        order by versions.updated_at desc nulls last, versions._file_id desc, versions._file_row desc
    )
),

-- A late version of long ago does not end a newer one; one that was outdated before it began never held.
held as (
    select
        *,
        min(said_at) over (
            partition by source_id, source_record_id
            order by updated_at desc nulls last, _file_id desc, _file_row desc
            rows between unbounded preceding and 1 preceding
        ) as valid_to
    from ordered
    union all
    -- Most profiles never changed: nothing has to be put in order.
    select
        versions.*,
        least(versions._loaded_at, coalesce(versions.updated_at, versions.created_at, versions._loaded_at)) as said_at,
        cast(null as timestamp) as valid_to
    from versions
    left join changed
        on
            versions.source_id = changed.source_id
            and versions.source_record_id = changed.source_record_id
    where changed.source_id is null
),

states as (
    select
        held.source_id,
        held.source_record_id,
        held.said_at as valid_from,
        held.valid_to,
        held._loaded_at as arrived_at,
        {%- for attribute in golden_attributes() %}
        nullif(trim(cast(held.{{ attribute }} as varchar)), '') as {{ attribute }},
        {%- endfor %}
        coalesce(countries.country_code, sources.default_country, '') as phone_country
    from held
    left join {{ ref('sources') }} as sources
        on held.source_id = sources.source_id
    left join {{ ref('countries') }} as countries
        on lower(trim(held.country)) = countries.country_name
    where
        not held.is_deleted
        and (held.valid_to is null or held.said_at < held.valid_to)
    union all
    select
        derived.source_id,
        derived.source_record_id,
        least(derived.first_seen_at, derived.arrived_at) as valid_from,
        cast(null as timestamp) as valid_to,
        derived.arrived_at,
        {%- for attribute in golden_attributes() %}
        {%- if attribute in ('email', 'phone') %}
        case when derived.identifier_type = '{{ attribute }}' then derived.sent_value end as {{ attribute }},
        {%- else %}
        cast(null as varchar) as {{ attribute }},
        {%- endif %}
        {%- endfor %}
        coalesce(sources.default_country, '') as phone_country
    from {{ ref('int_derived_profiles') }} as derived
    left join {{ ref('sources') }} as sources
        on derived.source_id = sources.source_id
)

select
    -- Names a state within one run, and is kept nowhere longer.
    row_number() over () as state,
    *,
    {{ row_hash(['source_id', 'source_record_id', 'phone_country'] + golden_attributes()) }} as content_hash
from states
