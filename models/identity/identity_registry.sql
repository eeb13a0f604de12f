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
with history as (
    {{ registry_before() }}
),

assigned as (
    select
        assignments.source_id,
        assignments.source_record_id,
        assignments.customer_id,
        assignments.is_changed,
        reasons.rule_id,
        reasons.reason
    from {{ ref('int_assignments') }} as assignments
    left join {{ ref('int_assignment_reasons') }} as reasons
        on assignments.node = reasons.node
),

-- Later than all that is known, also when the clock was set back: a period never ends before it begins.
clock as (
    select
        greatest(
            cast('{{ run_started_at.strftime("%Y-%m-%d %H:%M:%S.%f") }}' as timestamp),
            coalesce(max(valid_from), timestamp '1970-01-01') + interval '1 microsecond',
            coalesce(max(valid_to), timestamp '1970-01-01') + interval '1 microsecond'
        ) as now
    from history
),

closed as (
    select
        history.source_id,
        history.source_record_id,
        history.customer_id,
        history.valid_from,
        clock.now as valid_to,
        history.run_id,
        history.rule_id,
        history.reason,
        '{{ var("run_id", invocation_id) }}' as end_run_id
    from history
    cross join clock
    left join assigned
        on
            history.source_id = assigned.source_id
            and history.source_record_id = assigned.source_record_id
    where
        history.valid_to is null
        and (assigned.customer_id is null or assigned.is_changed)
),

opened as (
    select
        assigned.source_id,
        assigned.source_record_id,
        assigned.customer_id,
        clock.now as valid_from,
        cast(null as timestamp) as valid_to,
        '{{ var("run_id", invocation_id) }}' as run_id,
        assigned.rule_id,
        assigned.reason,
        cast(null as varchar) as end_run_id
    from assigned
    cross join clock
    where assigned.is_changed
)

select * from closed
union all
select * from opened
