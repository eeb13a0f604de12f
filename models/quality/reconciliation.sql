-- Grain: one entity of one source. Landed = attributed + unattributed + quarantined + superseded + deleted, always.
with outcomes as (
    {%- for entity in reconciled_entities() %}
    select
        '{{ entity }}' as entity,
        source_id,
        count(*) as rows_in_staging,
        count(*) filter (where _outcome = 'quarantined') as rows_quarantined,
        count(*) filter (where _outcome = 'superseded') as rows_superseded,
        count(*) filter (where _outcome = 'deleted') as rows_deleted
    from {{ ref(entity ~ '_versions') }}
    group by source_id
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

-- What a canonical source landed is counted where it came in, so that a row lost on the way to staging shows.
landed as (
    select
        table_name as entity,
        source_id,
        sum(rows_in_file) as rows_in_files
    from {{ source('state', 'files') }}
    where system = 'canonical' and status = 'loaded'
    group by 1, 2
),

-- Rows that the loader refused never reached staging: they belong to the entity that their table speaks for.
refused as (
    select
        tables.entity,
        quarantine.source_id,
        count(*) as rows_refused
    from {{ source('state', 'quarantine') }} as quarantine
    inner join (
        {{ table_entities() }}
    ) as tables
        on
            quarantine.system = tables.system
            and quarantine.table_name = tables.table_name
    -- A row that somebody dismissed stays refused; one whose file was set aside has not landed.
    inner join {{ source('state', 'files') }} as files
        on
            quarantine.file_id = files.file_id
            and files.status = 'loaded'
    where quarantine.resolved_at is null or quarantine.resolution = 'dismissed'
    group by 1, 2
),

attribution as (
    {%- for entity, relation in reconciled_entities().items() %}
    select
        '{{ entity }}' as entity,
        {%- if entity == 'identifiers' %}
        identifiers.source_id,
        count(crosswalk.customer_id) as rows_attributed,
        count(*) - count(crosswalk.customer_id) as rows_unattributed
    from {{ ref('identifiers') }} as identifiers
    left join {{ ref('crosswalk') }} as crosswalk
        on
            identifiers.source_id = crosswalk.source_id
            and identifiers.source_record_id = crosswalk.source_record_id
    group by identifiers.source_id
        {%- elif entity == 'profiles' %}
        source_id,
        count(*) as rows_attributed,
        0 as rows_unattributed
    from {{ ref('crosswalk') }}
    where source_record_id not like 'derived:%'
    group by source_id
        {%- elif is_customerless(relation) %}
        source_id,
        0 as rows_attributed,
        count(*) as rows_unattributed
    from {{ ref(relation) }}
    group by source_id
        {%- else %}
        source_id,
        count(customer_id) as rows_attributed,
        count(*) - count(customer_id) as rows_unattributed
    from {{ ref(relation) }}
    group by source_id
        {%- endif %}
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

pairs as (
    select entity, source_id from outcomes
    union
    select entity, source_id from refused
    union
    select entity, source_id from landed where rows_in_files > 0
    union
    select entity, source_id from attribution
),

counted as (
    select
        pairs.entity,
        pairs.source_id,
        coalesce(
            landed.rows_in_files,
            coalesce(outcomes.rows_in_staging, 0) + coalesce(refused.rows_refused, 0)
        ) as rows_landed,
        coalesce(outcomes.rows_quarantined, 0) + coalesce(refused.rows_refused, 0) as rows_quarantined,
        coalesce(outcomes.rows_superseded, 0) as rows_superseded,
        coalesce(outcomes.rows_deleted, 0) as rows_deleted,
        coalesce(attribution.rows_attributed, 0) as rows_attributed,
        coalesce(attribution.rows_unattributed, 0) as rows_unattributed
    from pairs
    left join outcomes
        on
            pairs.entity = outcomes.entity
            and pairs.source_id = outcomes.source_id
    left join refused
        on
            pairs.entity = refused.entity
            and pairs.source_id = refused.source_id
    left join landed
        on
            pairs.entity = landed.entity
            and pairs.source_id = landed.source_id
    left join attribution
        on
            pairs.entity = attribution.entity
            and pairs.source_id = attribution.source_id
)

select
    entity,
    source_id,
    cast(rows_landed as bigint) as rows_landed,
    cast(rows_quarantined as bigint) as rows_quarantined,
    cast(rows_superseded as bigint) as rows_superseded,
    cast(rows_deleted as bigint) as rows_deleted,
    cast(rows_attributed as bigint) as rows_attributed,
    cast(rows_unattributed as bigint) as rows_unattributed,
    cast(
        rows_landed - rows_quarantined - rows_superseded - rows_deleted - rows_attributed - rows_unattributed as bigint
    ) as rows_difference
from counted
order by entity, source_id
