-- Grain: one line of one order; it belongs to the customer of its order.
{{ config(materialized='kept', meta={'carry': ['customer_id']}) }}
-- depends_on: {{ ref('order_lines_versions') }} {{ ref('int_currency_days') }}
{%- set row = ['source_id', 'order_id', 'line_number'] %}
{%- if is_kept() %}
{%- set of_orders = 'select ' ~ row | join(', ') ~ ' from ' ~ ref('order_lines') ~ ' semi join ' %}
{%- do touch(row, [
    'select ' ~ row | join(', ') ~ ' from ' ~ changes(ref('order_lines_versions')),
    of_orders ~ changes(ref('fct_orders')) ~ ' using (source_id, order_id)',
    of_orders ~ '(
        select orders.source_id, orders.order_id from ' ~ ref('fct_orders') ~ ' as orders
        semi join ' ~ changes(ref('int_currency_days')) ~ ' as changed
            on orders.currency = changed.currency and cast(orders.ordered_at as date) = changed.rate_date
    ) using (source_id, order_id)',
]) %}
{%- endif %}
with lines as (
    select
        *,
        -- The engine multiplies two of these within 18 digits, which 10,000 pieces at 1,000,000 exceed.
        cast(quantity as decimal(38, 4)) * unit_price as amount
    from ({{ touched_rows(row, ref('order_lines')) }}) as touched_lines
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
    {{ try_cast('lines.amount', 'decimal(18, 4)') }} as line_amount,
    {%- for name in ['unit_price', 'unit_cost', 'reference_price'] %}
    {{ in_reporting_currency('lines.' ~ name) }} as {{ name }}_reporting,
    {%- endfor %}
    {{ in_reporting_currency('lines.amount') }} as line_amount_reporting,
    coalesce({{ happened('orders.ordered_at') }}, false) as has_happened,
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
