-- Grain: one customer who ever bought, placed among all who did.
{{ config(meta={'compared': ['customer_id', 'recency_score', 'frequency_score', 'monetary_score']}) }}
-- Equals share one score, so that no order of rows decides.
with ranked as (
    select
        customer_id,
        rank() over (order by cast(last_order_at as date)) as recency_rank,
        rank() over (order by order_count) as frequency_rank,
        rank() over (order by coalesce(order_amount, 0)) as monetary_rank,
        count(*) over () as buyers
    from {{ ref('int_customer_operational') }}
    where order_count > 0
)

select
    customer_id,
    {%- for name in ['recency', 'frequency', 'monetary'] %}
    cast(1 + floor(5.0 * ({{ name }}_rank - 1) / buyers) as integer) as {{ name }}_score{{ ',' if not loop.last }}
    {%- endfor %}
from ranked
