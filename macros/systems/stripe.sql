{#
  An amount in major units. Stripe sends integers in the smallest unit: whole units for currencies
  without decimals, thousandths for those with three. A product: a quotient would be a float, and in
  38 digits: within 18 the engine refuses what is only a large sum. Null where it is beyond any.
#}
{% macro major_units(amount, currency) -%}
try_cast(
        cast({{ amount }} as decimal(38, 4)) * case
            when upper({{ currency }}) in (
                'BIF', 'CLP', 'DJF', 'GNF', 'JPY', 'KMF', 'KRW', 'MGA', 'PYG', 'RWF', 'UGX', 'VND',
                'VUV', 'XAF', 'XOF', 'XPF'
            ) then 1.000
            when upper({{ currency }}) in ('BHD', 'IQD', 'JOD', 'KWD', 'LYD', 'OMR', 'TND')
                then 0.001
            else 0.010
        end as decimal(18, 4)
    )
{%- endmacro %}

{# Months in one billing interval, as a number that an amount is divided by. #}
{% macro interval_months(unit, units) -%}
(
        case lower({{ unit }})
            when 'day' then 12.0 / 365
            when 'week' then 84.0 / 365
            when 'month' then 1.0
            when 'year' then 12.0
        end * coalesce({{ units }}, 1)
    )
{%- endmacro %}
