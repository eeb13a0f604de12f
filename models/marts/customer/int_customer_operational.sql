-- Grain: one customer with any order, subscription, ticket or process step: the operational measures of the 360.
{{ config(materialized='kept', meta={'of_the_day': true}) }}
{%- set row = ['customer_id'] %}
{%- do touch_customers([
    ref('fct_orders'), ref('fct_order_lines'), ref('fct_subscriptions'), ref('fct_tickets'), ref('fct_process_steps'),
]) %}
{%- set is_sold = 'not is_cancelled or total_amount < 0' %}
{%- set failed_words = "('failed', 'delivery_failed', 'undeliverable', 'undelivered', 'lost', 'returned_to_sender')" %}
with orders as (
    select
        customer_id,
        count(*) as order_count,
        {{ windowed('order_count', 'ordered_at') }},
        -- A cancelled order keeps its amount and is worth nothing; a cancellation sent as a negative order counts as sent.
        sum(total_amount_reporting) filter (where {{ is_sold }}) as order_amount,
        {{ windowed('order_amount', 'ordered_at', 'total_amount_reporting', '(' ~ is_sold ~ ')') }},
        avg(total_amount_reporting) filter (where not is_cancelled and total_amount >= 0) as average_order_amount,
        sum(discount_amount_reporting) filter (where {{ is_sold }}) as discount_amount,
        count(*) filter (where total_amount_reporting is null) as order_count_without_rate,
        count(*) filter (where is_delivered and delivered_at > promised_at) as late_delivery_count,
        count(*) filter (
            where not is_cancelled
            and (
                coalesce(lower(status), '') in {{ failed_words }}
                or (not is_delivered and promised_at < {{ as_of_date() }})
            )
        ) as failed_delivery_count,
        count(*) filter (where is_cancelled) as cancelled_order_count,
        count(*) filter (where campaign_id is not null) as campaign_order_count,
        {{ dates_of('order', 'ordered_at') }}
    from ({{ touched_rows(row, ref('fct_orders')) }}) as orders
    where customer_id is not null and {{ happened('ordered_at') }}
    group by customer_id
),

order_lines as (
    select
        customer_id,
        count(distinct source_id || ':' || order_id) filter (where quantity < 0) as returned_order_count,
        - sum(line_amount_reporting) filter (where quantity < 0) as returned_amount,
        count(*) filter (where unit_cost is null) as order_line_count_without_cost
    from ({{ touched_rows(row, ref('fct_order_lines')) }}) as order_lines
    where customer_id is not null and {{ happened('ordered_at') }}
    group by customer_id
),

-- Goods that came back cost nothing; goods of a cancelled order never left.
costs as (
    select
        lines.customer_id,
        sum({{ try_cast('cast(lines.quantity as decimal(38, 4)) * lines.unit_cost_reporting', 'decimal(18, 4)') }}) as cost_of_goods_amount
    from ({{ touched_rows(row, ref('fct_order_lines')) }}) as lines
    inner join ({{ touched_rows(row, ref('fct_orders')) }}) as orders
        on
            lines.source_id = orders.source_id
            and lines.order_id = orders.order_id
    where
        lines.customer_id is not null and lines.unit_cost_reporting is not null
        and (not orders.is_cancelled or orders.total_amount < 0) and {{ happened('orders.ordered_at') }}
    group by lines.customer_id
),

subscribed as (
    select
        customer_id,
        count(*) as subscription_count,
        count(*) filter (where is_active) as active_subscription_count,
        sum(monthly_amount_reporting) filter (where is_active) as monthly_recurring_amount,
        count(*) filter (where is_active and monthly_amount is not null and monthly_amount_reporting is null) as subscription_count_without_rate,
        min(started_at) as first_subscription_at,
        max(started_at) as last_subscription_at,
        max(ended_at) filter (where {{ happened('ended_at') }}) as last_subscription_end_at
    from ({{ touched_rows(row, ref('fct_subscriptions')) }}) as subscriptions
    where customer_id is not null and {{ happened('started_at') }}
    group by customer_id
),

tickets as (
    select
        customer_id,
        count(*) as ticket_count,
        {{ windowed('ticket_count', 'opened_at') }},
        count(*) filter (where is_open) as open_ticket_count,
        sum(reopen_count) as ticket_reopen_count,
        count(*) filter (where reopen_count > 0) as reopened_ticket_count,
        avg(date_diff('second', opened_at, first_response_at)) filter (where is_answered and first_response_at >= opened_at) / 3600.0 as average_hours_to_first_response,
        avg(date_diff('second', opened_at, solved_at)) filter (where not is_open and solved_at >= opened_at and {{ happened('solved_at') }}) / 3600.0 as average_hours_to_solve,
        {{ dates_of('ticket', 'opened_at') }}
    from ({{ touched_rows(row, ref('fct_tickets')) }}) as tickets
    where customer_id is not null and {{ happened('opened_at') }}
    group by customer_id
),

process_steps as (
    select
        customer_id,
        count(distinct source_id || ':' || process_id) as process_count,
        count(distinct source_id || ':' || process_id) filter (where left_at is null or not {{ happened('left_at') }}) as open_process_count,
        max(date_diff('second', entered_at, least(coalesce(left_at, {{ as_of_date() }} + interval 1 day), {{ as_of_date() }} + interval 1 day))) / 86400.0 as longest_process_step_days,
        max(entered_at) as last_process_step_at
    from ({{ touched_rows(row, ref('fct_process_steps')) }}) as process_steps
    where customer_id is not null and {{ happened('entered_at') }}
    group by customer_id
),

known as (
    {%- for relation in ['orders', 'subscribed', 'tickets', 'process_steps'] %}
    select customer_id from {{ relation }}
    {{ 'union' if not loop.last }}
    {%- endfor %}
)

select
    known.customer_id,
    {{ all_columns_but('orders', 'customer_id') }},
    {{ all_columns_but('order_lines', 'customer_id') }},
    costs.cost_of_goods_amount,
    {{ all_columns_but('subscribed', 'customer_id') }},
    {{ all_columns_but('tickets', 'customer_id') }},
    {{ all_columns_but('process_steps', 'customer_id') }}
from known
{%- for relation in ['orders', 'order_lines', 'costs', 'subscribed', 'tickets', 'process_steps'] %}
left join {{ relation }}
    on known.customer_id = {{ relation }}.customer_id
{%- endfor %}
