-- Grain: one channel that customers were met on.
with seen as (
    select channel, 'interaction' as kind from {{ ref('fct_interactions') }}
    union
    select channel, 'order' as kind from {{ ref('fct_orders') }}
    union
    select channel, 'ticket' as kind from {{ ref('fct_tickets') }}
    union
    select 'web' as channel, 'web_event' as kind from {{ ref('fct_web_events') }}
)

select
    channel,
    bool_or(kind = 'interaction') as is_interaction_channel,
    bool_or(kind = 'order') as is_order_channel,
    bool_or(kind = 'ticket') as is_ticket_channel,
    bool_or(kind = 'web_event') as is_web_event_channel
from seen
where channel is not null
group by channel
