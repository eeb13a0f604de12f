-- Grain: one visit on a device that several customers use, in which exactly one of them logged in: all of it is theirs.
-- A visit ends, as a web session does, when nothing happens for half an hour.
{{ config(meta={'compared': ['device_id', 'customer_id', 'started_at', 'ended_at']}) }}
with events as (
    select
        trim(web_events.device_id) as device_id,
        web_events.occurred_at,
        web_events.source_id,
        web_events.event_id,
        identified.customer_id
    from {{ ref('web_events') }} as web_events
    inner join {{ ref('int_device_customers') }} as devices
        on trim(web_events.device_id) = devices.device_id
    left join {{ ref('int_identifier_customers') }} as identified
        on
            identified.identifier_type = 'login_id'
            and trim(web_events.login_id) = identified.identifier_value
    where devices.customer_id is null
),

gaps as (
    select
        *,
        lag(occurred_at) over (partition by device_id order by occurred_at, source_id, event_id) as previous_at
    from events
),

numbered as (
    select
        *,
        sum(case when previous_at is null or occurred_at > previous_at + interval 30 minute then 1 else 0 end) over (
            partition by device_id
            order by occurred_at, source_id, event_id
            rows between unbounded preceding and current row
        ) as visit_number
    from gaps
)

select
    device_id,
    min(customer_id) as customer_id,
    min(occurred_at) as started_at,
    max(occurred_at) + interval 30 minute as ended_at
from numbered
group by device_id, visit_number
having min(customer_id) = max(customer_id)
