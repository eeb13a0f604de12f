-- Grain: one customer with any contact or web session: the interaction measures of the 360.
{{ config(materialized='kept', meta={'of_the_day': true}) }}
{%- set row = ['customer_id'] %}
{%- do touch_customers([ref('fct_interactions'), ref('fct_web_sessions')]) %}
{%- set is_own = "(coalesce(lower(direction), 'inbound') = 'inbound' and campaign_id is null)" %}
with contacts as (
    select
        customer_id,
        count(*) as interaction_count,
        {{ windowed('interaction_count', 'started_at') }},
        {%- for channel in ['voice', 'chat', 'email', 'sms', 'social', 'branch', 'web', 'app', 'bot', 'back_office'] %}
        count(*) filter (where facts.channel = '{{ channel }}') as {{ channel }}_count,
        {%- endfor %}
        count(*) filter (where {{ is_own }}) as inbound_count,
        count(distinct facts.channel) filter (where {{ is_own }}) as channel_count,
        mode(facts.channel order by facts.channel) filter (where {{ is_own }}) as preferred_channel,
        sum(wait_seconds) as wait_seconds,
        avg(wait_seconds) as average_wait_seconds,
        sum(handle_seconds) as handle_seconds,
        sum(transfer_count) as transfer_count,
        sum(reauthentication_count) as reauthentication_count,
        count(*) filter (where is_abandoned) as abandoned_count,
        count(*) filter (where is_dropped_by_provider) as dropped_count,
        count(*) filter (where lower(direction) = 'outbound' and campaign_id is not null) as campaign_touch_count,
        count(*) filter (
            where coalesce(lower(direction), 'inbound') = 'inbound' and campaign_id is not null and coalesce(lower(outcome), '') != 'opened'
        ) as campaign_response_count,
        {{ dates_of('contact', 'started_at', is_own) }},
        min(started_at) as first_interaction_at,
        max(started_at) as last_interaction_at,
        max_by(facts.channel, (started_at, source_id, interaction_id)) as last_interaction_channel,
        -- The outcome of the newest, also where it has none: an older one would be told as its own.
        nullif(max_by(coalesce(outcome, ''), (started_at, source_id, interaction_id)), '') as last_interaction_outcome,
        -- Each contact to the hundredth of a cent, so that no order of adding changes the sum.
        sum(cast(costs.cost_per_contact + coalesce(handle_seconds, 0) / 60.0 * costs.cost_per_minute as decimal(18, 4))) as cost_to_serve_amount,
        count(*) filter (where costs.channel is null) as interaction_count_without_cost
    from ({{ touched_rows(row, ref('fct_interactions')) }}) as facts
    left join {{ ref('channel_costs') }} as costs
        on facts.channel = costs.channel
    where customer_id is not null and {{ happened('started_at') }}
    group by customer_id
),

web_sessions as (
    select
        customer_id,
        count(*) as web_session_count,
        {{ windowed('web_session_count', 'started_at') }},
        sum(event_count) as web_event_count,
        {{ dates_of('web_session', 'started_at') }}
    from ({{ touched_rows(row, ref('fct_web_sessions')) }}) as web_sessions
    where customer_id is not null and {{ happened('started_at') }}
    group by customer_id
),

known as (
    select customer_id from contacts
    union
    select customer_id from web_sessions
)

select
    known.customer_id,
    {{ all_columns_but('contacts', 'customer_id') }},
    {{ all_columns_but('web_sessions', 'customer_id') }}
from known
left join contacts
    on known.customer_id = contacts.customer_id
left join web_sessions
    on known.customer_id = web_sessions.customer_id
