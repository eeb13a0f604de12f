-- Grain: one state of one profile while it belonged to one customer. Open spans are what is known today.
-- Who a profile was before the first run that asked is answered by that run.
{{ config(meta={'compared': ['customer_id', 'source_id', 'source_record_id', 'observed_at', 'valid_from', 'valid_to', 'arrived_at', 'content_hash']}) }}
with periods as (
    select
        *,
        lag(valid_from) over (partition by source_id, source_record_id order by valid_from) is null as is_first
    from {{ ref('identity_registry') }}
),

spans as (
    select
        periods.customer_id,
        states.state,
        periods.source_id,
        periods.source_record_id,
        case when periods.is_first then states.valid_from else greatest(states.valid_from, periods.valid_from) end as valid_from,
        least(states.valid_to, periods.valid_to) as valid_to,
        states.valid_from as observed_at,
        states.arrived_at,
        states.content_hash
    from periods
    inner join {{ ref('int_profile_states') }} as states
        on
            periods.source_id = states.source_id
            and periods.source_record_id = states.source_record_id
)

select *
from spans
where valid_to is null or valid_from < valid_to
