{# Reading and writing JSON. #}

{# The text at one key of a JSON object; null when the key is missing or the value is no object. #}
{% macro json_text(expression, key) -%}
    {{ return(adapter.dispatch('json_text')(expression, key)) }}
{%- endmacro %}

{% macro duckdb__json_text(expression, key) -%}
    json_extract_string({{ expression }}, '$.{{ key }}')
{%- endmacro %}

{% macro default__json_text(expression, key) -%}
    get_json_object({{ expression }}, '$.{{ key }}')
{%- endmacro %}

{# A JSON object of those columns of `relation` that are not null. #}
{% macro json_of_filled(relation, columns) -%}
    {{ return(adapter.dispatch('json_of_filled')(relation, columns)) }}
{%- endmacro %}

{% macro duckdb__json_of_filled(relation, columns) -%}
    json_merge_patch(
            '{}',
            json_object(
                {%- for column in columns %}
                '{{ column }}', {{ relation }}.{{ adapter.quote(column) }}{{ ',' if not loop.last }}
                {%- endfor %}
            )
        )
{%- endmacro %}

{% macro default__json_of_filled(relation, columns) -%}
    to_json(
            named_struct(
                {%- for column in columns %}
                '{{ column }}', {{ relation }}.{{ adapter.quote(column) }}{{ ',' if not loop.last }}
                {%- endfor %}
            )
        )
{%- endmacro %}
