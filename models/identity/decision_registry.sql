-- Grain: one decision that a steward ever took about two profiles.
-- The memory of decisions: they outlive every run and the file they came in, so this table is never dropped.
{{ config(
    materialized='incremental',
    schema='state',
    incremental_strategy='delete+insert',
    unique_key=['decision_id'],
    full_refresh=false,
    on_schema_change='append_new_columns',
) }}
{%- set now = "cast('" ~ run_started_at.strftime('%Y-%m-%d %H:%M:%S.%f') ~ "' as timestamp)" %}
with written as (
    select
        {{ utc_instant('trim(decided_at)') }} as decided_at,
        trim(decided_by) as decided_by,
        lower(trim(decision)) as decision,
        trim(source_id_1) as one_source,
        trim(source_record_id_1) as one_record,
        trim(source_id_2) as other_source,
        trim(source_record_id_2) as other_record,
        trim(reason) as reason,
        {{ row_position() }} as file_position
    from {{ ref('identity_decisions') }}
),

-- A pair has no order: A and B is B and A.
paired as (
    select
        *,
        (one_source, one_record) <= (other_source, other_record) as is_in_order
    from written
),

sent as (
    select
        decided_at,
        decided_by,
        decision,
        case when is_in_order then one_source else other_source end as source_id_1,
        case when is_in_order then one_record else other_record end as source_record_id_1,
        case when is_in_order then other_source else one_source end as source_id_2,
        case when is_in_order then other_record else one_record end as source_record_id_2,
        reason,
        file_position,
        case
            when coalesce(one_source, '') = '' or coalesce(one_record, '') = '' or coalesce(other_source, '') = '' or coalesce(other_record, '') = ''
                then 'it does not name two profiles'
            when one_source = other_source and one_record = other_record then 'it names one profile twice'
            when coalesce(decision, '') not in ('link', 'unlink') then 'the decision is neither link nor unlink'
            when decided_at is null then 'decided_at is no date; write it as 2026-11-30'
        end as refused_reason
    from paired
),

identified as (
    select
        {{ hash_hex("concat_ws('|', cast(decided_at as varchar), decision, source_id_1, source_record_id_1, source_id_2, source_record_id_2, case when refused_reason is not null then file_position end)") }} as decision_id,
        *
    from sent
    qualify row_number() over (
        partition by decided_at, decision, source_id_1, source_record_id_1, source_id_2, source_record_id_2
        order by file_position desc
    ) = 1
),

history as (
    {%- if is_incremental() %}
    select * from {{ this }}
    {%- else %}
    select
        cast(null as varchar) as decision_id,
        cast(null as timestamp) as decided_at,
        cast(null as varchar) as decided_by,
        cast(null as varchar) as decision,
        cast(null as varchar) as source_id_1,
        cast(null as varchar) as source_record_id_1,
        cast(null as varchar) as source_id_2,
        cast(null as varchar) as source_record_id_2,
        cast(null as varchar) as reason,
        cast(null as bigint) as file_position,
        cast(null as varchar) as refused_reason,
        cast(null as timestamp) as recorded_at,
        cast(null as varchar) as run_id,
        cast(null as timestamp) as withdrawn_at
    where false
    {%- endif %}
),

current_file as (
    select
        identified.decision_id,
        identified.decided_at,
        identified.decided_by,
        identified.decision,
        identified.source_id_1,
        identified.source_record_id_1,
        identified.source_id_2,
        identified.source_record_id_2,
        identified.reason,
        identified.file_position,
        identified.refused_reason,
        coalesce(history.recorded_at, {{ now }}) as recorded_at,
        coalesce(history.run_id, '{{ var("run_id", invocation_id) }}') as run_id,
        cast(null as timestamp) as withdrawn_at
    from identified
    left join history
        on identified.decision_id = history.decision_id
),

-- A row taken out of the file is withdrawn; a file that was not given withdraws nothing.
gone as (
    select
        history.* replace ({{ now }} as withdrawn_at)
    from history
    left join identified
        on history.decision_id = identified.decision_id
    where
        identified.decision_id is null
        and history.withdrawn_at is null
        and {{ 'true' if var('is_decisions_file_given', false) else 'false' }}
)

select * from current_file
union all by name
select * from gone
