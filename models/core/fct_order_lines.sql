-- Grain: one line of one order; it belongs to the customer of its order.
with lines as (
    select * from {{ ref('order_lines') }}
),

orders as (
    select * from {{ ref('fct_orders') }}
)

select
    lines.source_id,
    orders.customer_id,
    {%- for name in entity_columns('order_lines') if name != 'is_deleted' %}
    lines.{{ name }},
    {%- endfor %}
    orders.ordered_at,
    orders.currency,
    cast(lines.quantity * lines.unit_price as decimal(18, 4)) as line_amount,
    {%- for name in ['unit_price', 'unit_cost', 'reference_price'] %}
    cast(lines.{{ name }} * rates.factor as decimal(18, 4)) as {{ name }}_reporting,
    {%- endfor %}
    cast(lines.quantity * lines.unit_price * rates.factor as decimal(18, 4)) as line_amount_reporting,
    lines._file_id,
    lines._file_row
from lines
left join orders
    on
        lines.source_id = orders.source_id
        and lines.order_id = orders.order_id
left join {{ ref('int_currency_days') }} as rates
    on
        orders.currency = rates.currency
        and cast(orders.ordered_at as date) = rates.rate_date
order by orders.ordered_at, lines.source_id, lines.order_id, lines.line_number
