-- Grain: one currency in one month of one entity and source whose amounts could not be told in the reporting currency.
{%- set facts = {
    'orders': ('fct_orders', 'ordered_at', 'total_amount'), 'invoices': ('fct_invoices', 'issued_at', 'total_amount'),
    'payments': ('fct_payments', 'occurred_at', 'amount'), 'subscriptions': ('fct_subscriptions', 'started_at', 'monthly_amount'),
} %}
with gaps as (
    {%- for entity, (relation, happened_at, amount) in facts.items() %}
    select
        '{{ entity }}' as entity,
        source_id,
        currency,
        cast(date_trunc('month', {{ happened_at }}) as date) as month_start_date,
        count(*) as row_count,
        sum({{ amount }}) as amount
    from {{ ref(relation) }}
    where {{ amount }} is not null and {{ amount }}_reporting is null
    group by 2, 3, 4
    {{ 'union all' if not loop.last }}
    {%- endfor %}
)

select
    entity,
    source_id,
    currency,
    month_start_date,
    row_count,
    cast(amount as decimal(38, 4)) as amount
from gaps
order by entity, source_id, currency, month_start_date
