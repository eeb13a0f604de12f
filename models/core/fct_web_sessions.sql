-- Grain: one web session: events of one device of one source with gaps of at most 30 minutes.
{{ config(materialized='kept', meta={'carry': ['customer_id', 'session_id']}) }}
{%- set row = ['source_id', 'device_id'] %}
{%- if is_kept() %}
{%- set passed = days_passed('web_events') %}
{%- do touch(row, [
    'select ' ~ row | join(', ') ~ ' from ' ~ changes(ref('fct_web_events')) ~ ' where device_id is not null',
    'select ' ~ row | join(', ') ~ ' from ' ~ ref('fct_web_events') ~ ' where device_id is not null and ' ~ (passed or 'false'),
]) %}
{%- endif %}
with events as (
    select * from ({{ touched_rows(row, ref('fct_web_events')) }}) as touched_events
    where device_id is not null
),

gaps as (
    select
        *,
        lag(occurred_at) over (
            partition by source_id, device_id
            order by occurred_at
        ) as previous_at
    from events
),

numbered as (
    select
        *,
        sum(case when previous_at is null or occurred_at > previous_at + interval 30 minute then 1 else 0 end) over (
            partition by source_id, device_id
            -- Events of one moment are of one session, whichever of them comes first.
            order by occurred_at
            range between unbounded preceding and current row
        ) as session_number
    from gaps
)

select
    source_id,
    {{ hash_hex("source_id || ':' || device_id || ':' || cast(min(occurred_at) as varchar)") }} as session_id,
    case when min(customer_id) = max(customer_id) then min(customer_id) end as customer_id,
    device_id,
    min(occurred_at) as started_at,
    max(occurred_at) as ended_at,
    cast(date_diff('second', min(occurred_at), max(occurred_at)) as bigint) as duration_seconds,
    count(*) as event_count,
    min_by(url, (occurred_at, event_id)) as entry_url,
    min_by(referrer, (occurred_at, event_id)) as referrer,
    min_by(campaign_id, (occurred_at, event_id)) filter (where campaign_id is not null) as campaign_id,
    {{ happened('min(occurred_at)') }} as has_happened
from numbered
group by source_id, device_id, session_number
