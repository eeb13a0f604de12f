-- Grain: one decision that a steward ever took about two profiles, and what became of it.
with ranked as (
    select
        *,
        row_number() over (
            partition by
                source_id_1, source_record_id_1, source_id_2, source_record_id_2,
                refused_reason is null and withdrawn_at is null
            order by decided_at desc, file_position desc nulls last, decision desc, decision_id
        ) as age_rank
    from {{ ref('decision_registry') }}
),

placed as (
    select
        ranked.*,
        first_profile.customer_id as customer_id_1,
        second_profile.customer_id as customer_id_2
    from ranked
    left join {{ ref('crosswalk') }} as first_profile
        on
            ranked.source_id_1 = first_profile.source_id
            and ranked.source_record_id_1 = first_profile.source_record_id
    left join {{ ref('crosswalk') }} as second_profile
        on
            ranked.source_id_2 = second_profile.source_id
            and ranked.source_record_id_2 = second_profile.source_record_id
),

judged as (
    select
        *,
        case
            when refused_reason is not null then 'refused'
            when withdrawn_at is not null then 'withdrawn'
            when age_rank > 1 then 'overruled'
            when customer_id_1 is null or customer_id_2 is null then 'waiting'
            when decision = 'link' and customer_id_1 != customer_id_2 then 'contradicted'
            else 'in force'
        end as status
    from placed
)

select
    decision_id,
    decided_at,
    decided_by,
    decision,
    source_id_1,
    source_record_id_1,
    source_id_2,
    source_record_id_2,
    reason,
    status,
    case status
        when 'refused' then refused_reason
        when 'withdrawn' then 'taken out of the file of decisions'
        when 'overruled' then 'a newer decision about the same two profiles holds'
        when 'waiting'
            then 'no such profile: ' || concat_ws(
                ' and ',
                case when customer_id_1 is null then source_id_1 || ':' || source_record_id_1 end,
                case when customer_id_2 is null then source_id_2 || ':' || source_record_id_2 end
            )
        when 'contradicted' then 'other decisions keep the two apart'
    end as status_reason,
    customer_id_1,
    customer_id_2,
    recorded_at,
    withdrawn_at,
    run_id
from judged
