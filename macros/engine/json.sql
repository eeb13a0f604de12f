{# Writing JSON. #}

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
