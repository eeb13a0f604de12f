-- Grain: one period in which one profile belonged to one customer; the open period has no `valid_to`.
-- The memory of identity: ids are given once and outlive every rebuild, so this table is never dropped.
{{ config(
    materialized='incremental',
    schema='state',
    incremental_strategy='delete+insert',
    unique_key=['source_id', 'source_record_id', 'valid_from'],
    full_refresh=false,
    on_schema_change='append_new_columns',
) }}
{%- set now = "cast('" ~ run_started_at.strftime('%Y-%m-%d %H:%M:%S.%f') ~ "' as timestamp)" %}
with members as (
    select
        clusters.cluster,
        profiles.source_id,
        profiles.source_record_id
    from {{ ref('int_clusters') }} as clusters
    inner join {{ ref('int_profiles') }} as profiles
        on clusters.node = profiles.node
),

history as (
    {%- if is_incremental() %}
    select
        source_id,
        source_record_id,
        customer_id,
        valid_from,
        valid_to,
        run_id
    from {{ this }}
    {%- else %}
    select
        cast(null as varchar) as source_id,
        cast(null as varchar) as source_record_id,
        cast(null as varchar) as customer_id,
        cast(null as timestamp) as valid_from,
        cast(null as timestamp) as valid_to,
        cast(null as varchar) as run_id
    where false
    {%- endif %}
),

given_ids as (
    select
        customer_id,
        min(valid_from) as created_at
    from history
    group by customer_id
),

-- The last customer of a record, also of one that had gone: when it returns, its id returns.
last_known as (
    select *
    from history
    qualify row_number() over (partition by source_id, source_record_id order by valid_from desc) = 1
),

votes as (
    select
        members.cluster,
        last_known.customer_id,
        given_ids.created_at,
        count(*) as records
    from members
    inner join last_known
        on
            members.source_id = last_known.source_id
            and members.source_record_id = last_known.source_record_id
    inner join given_ids
        on last_known.customer_id = given_ids.customer_id
    group by 1, 2, 3
),

-- A split leaves the id with the larger part …
homes as (
    select *
    from votes
    qualify row_number() over (partition by customer_id order by records desc, cluster) = 1
),

-- … and a merge keeps the id of the larger part, the older one when they are equal.
heirs as (
    select
        cluster,
        customer_id
    from homes
    qualify row_number() over (partition by cluster order by records desc, created_at, customer_id) = 1
),

newcomers as (
    select
        members.cluster,
        min(members.source_id || ':' || members.source_record_id) as first_record
    from members
    left join heirs
        on members.cluster = heirs.cluster
    where heirs.cluster is null
    group by 1
),

-- An id names no system and no person; a later attempt is taken only where an earlier one is already given.
attempts as (
    select
        newcomers.cluster,
        attempts.attempt,
        'c_' || substr({{ hash_hex("newcomers.first_record || '#' || attempts.attempt") }}, 1, 20) as customer_id
    from newcomers
    cross join (select unnest(range(0, 8)) as attempt) as attempts
),

new_ids as (
    select
        attempts.cluster,
        attempts.customer_id
    from attempts
    left join given_ids
        on attempts.customer_id = given_ids.customer_id
    where given_ids.customer_id is null
    qualify row_number() over (partition by attempts.cluster order by attempts.attempt) = 1
),

assigned as (
    select
        members.source_id,
        members.source_record_id,
        coalesce(heirs.customer_id, new_ids.customer_id) as customer_id
    from members
    left join heirs
        on members.cluster = heirs.cluster
    left join new_ids
        on members.cluster = new_ids.cluster
),

open_periods as (
    select *
    from history
    where valid_to is null
),

closed as (
    select
        open_periods.source_id,
        open_periods.source_record_id,
        open_periods.customer_id,
        open_periods.valid_from,
        {{ now }} as valid_to,
        open_periods.run_id
    from open_periods
    left join assigned
        on
            open_periods.source_id = assigned.source_id
            and open_periods.source_record_id = assigned.source_record_id
    where assigned.customer_id is distinct from open_periods.customer_id
),

opened as (
    select
        assigned.source_id,
        assigned.source_record_id,
        assigned.customer_id,
        {{ now }} as valid_from,
        cast(null as timestamp) as valid_to,
        '{{ var("run_id", invocation_id) }}' as run_id
    from assigned
    left join open_periods
        on
            assigned.source_id = open_periods.source_id
            and assigned.source_record_id = open_periods.source_record_id
    where open_periods.customer_id is distinct from assigned.customer_id
)

select * from closed
union all
select * from opened
