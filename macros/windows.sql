{# Time as measures see it: counted from the day a run is as of. #}

{# The as-of day as SQL. #}
{% macro as_of_date() -%}
    cast('{{ var("as_of") }}' as date)
{%- endmacro %}

{# On or before the as-of day: rows dated later are kept and stay out of measures. #}
{% macro happened(column) -%}
    {{ column }} < {{ as_of_date() }} + interval 1 day
{%- endmacro %}

{# Within the last so many days, the as-of day included. #}
{% macro within(column, days) -%}
    {{ column }} >= {{ as_of_date() }} - interval {{ days - 1 }} day
{%- endmacro %}
