-- Grain: one currency on one day that something happened in it. `factor` takes an amount to the reporting currency;
-- null where neither the rate of that day nor one of the days before it (`exchange_rate_max_age_days`) is known.
{{ config(meta={'compared': ['currency', 'rate_date', 'factor']}) }}
with used as (
    {%- for entity, happened_at in {
        'orders': 'ordered_at', 'payments': 'occurred_at', 'invoices': 'issued_at', 'subscriptions': 'started_at',
        'campaigns': 'started_at', 'initiatives': 'started_at',
    }.items() %}
    select currency, cast({{ happened_at }} as date) as rate_date from {{ ref(entity) }} where currency is not null
    {{ 'union' if not loop.last }}
    {%- endfor %}
),

rates as (
    select
        cast(rate_date as date) as rate_date,
        upper(trim(currency)) as currency,
        rate
    from {{ ref('exchange_rates') }}
),

reporting as (
    select currency from {{ ref('reporting_currency') }}
),

needed as (
    select
        currency,
        rate_date
    from used
    union
    select
        reporting.currency,
        used.rate_date
    from used
    cross join reporting
),

dated as (
    select
        needed.currency,
        needed.rate_date,
        max_by(rates.rate, rates.rate_date) as rate
    from needed
    left join rates
        on
            needed.currency = rates.currency
            and needed.rate_date >= rates.rate_date
            and needed.rate_date <= rates.rate_date + {{ var('exchange_rate_max_age_days') }}
    group by needed.currency, needed.rate_date
)

select
    used.currency,
    used.rate_date,
    case
        when used.currency = reporting.currency then 1
        else cast(base.rate / own.rate as double)
    end as factor
from used
cross join reporting
left join dated as own
    on
        used.currency = own.currency
        and used.rate_date = own.rate_date
left join dated as base
    on
        reporting.currency = base.currency
        and used.rate_date = base.rate_date
