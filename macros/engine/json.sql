{# Writing JSON. #}

{# A JSON object of those columns of `relation` that are not null. #}
{% macro json_of_filled(relation, columns) -%}
    {{ return(adapter.dispatch('json_of_filled')(relation, columns)) }}
{%- endmacro %}

{# As text: building objects and taking their nulls out again takes four times as long. #}
{% macro duckdb__json_of_filled(relation, columns) -%}
    '{' || concat_ws(
                ','
                {%- for column in columns %},
                '"{{ column }}":' || to_json({{ relation }}.{{ adapter.quote(column) }})
                {%- endfor %}
            ) || '}'
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
