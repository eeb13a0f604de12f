-- Grain: one row: the currency that amounts are reported in, set by a variable or else the one most amounts are in.
{{ config(meta={'compared': ['currency']}) }}
with amounts as (
    {%- for entity in ['orders', 'payments', 'invoices', 'subscriptions'] %}
    select currency from {{ ref(entity) }} where currency is not null
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

counted as (
    select
        currency,
        count(*) as amount_count
    from amounts
    group by currency
),

most_used as (
    select currency
    from counted
    order by amount_count desc, currency
    limit 1
)

select coalesce(nullif(upper('{{ var("reporting_currency") }}'), ''), (select currency from most_used)) as currency
