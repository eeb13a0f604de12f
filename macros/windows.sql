{# Time as measures see it: counted from the day a run is as of. #}

{# The as-of day as SQL. #}
{% macro as_of_date() -%}
    cast('{{ var("as_of") }}' as date)
{%- endmacro %}

{# On or before the as-of day: rows dated later are kept and stay out of measures. #}
{% macro happened(column) -%}
    {{ column }} < {{ as_of_date() }} + interval 1 day
{%- endmacro %}

{# A time as it was known on the as-of day: what comes later had not happened. #}
{% macro by_then(column) -%}
    case when {{ happened(column) }} then {{ column }} end
{%- endmacro %}

{# Within the last so many days, the as-of day included. #}
{% macro within(column, days) -%}
    {{ column }} >= {{ as_of_date() }} - interval {{ days - 1 }} day
{%- endmacro %}

{# Within as many days before those: what the last days are compared with. #}
{% macro within_before(column, days) -%}
    ({{ column }} >= {{ as_of_date() }} - interval {{ 2 * days - 1 }} day and {{ column }} < {{ as_of_date() }} - interval {{ days - 1 }} day)
{%- endmacro %}

{# Columns `<name>_30d`, `_90d`, `_365d`, and `<name>_change_90d`: the last 90 days less the 90 before. `amount` empty counts. #}
{% macro windowed(name, column, amount='', where='true') -%}
    {%- for days in (30, 90, 365) %}
    {{ 'sum(' ~ amount ~ ')' if amount else 'count(*)' }} filter (where {{ where }} and {{ within(column, days) }}) as {{ name }}_{{ days }}d,
    {%- endfor %}
    {%- if amount %}
    coalesce(sum({{ amount }}) filter (where {{ where }} and {{ within(column, 90) }}), 0)
    - coalesce(sum({{ amount }}) filter (where {{ where }} and {{ within_before(column, 90) }}), 0) as {{ name }}_change_90d
    {%- else %}
    count(*) filter (where {{ where }} and {{ within(column, 90) }})
    - count(*) filter (where {{ where }} and {{ within_before(column, 90) }}) as {{ name }}_change_90d
    {%- endif %}
{%- endmacro %}

{# First and last of an event, and the last before the days that make a customer active: by it one that was won back is known. #}
{% macro dates_of(name, column, where='true') -%}
    min({{ column }}) filter (where {{ where }}) as first_{{ name }}_at,
    max({{ column }}) filter (where {{ where }}) as last_{{ name }}_at,
    max({{ column }}) filter (where {{ where }} and not {{ within(column, var('active_days')) }}) as earlier_{{ name }}_at
{%- endmacro %}
