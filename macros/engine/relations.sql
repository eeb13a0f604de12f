{# Engine-specific ways to put relations together. A second engine is added here and nowhere else. #}

{# `select`s united by column name; what one of them lacks is null. #}
{% macro union_by_name(selects) -%}
    {{ return(adapter.dispatch('union_by_name')(selects)) }}
{%- endmacro %}

{% macro duckdb__union_by_name(selects) -%}
    {{ selects | join('\nunion all by name\n') }}
{%- endmacro %}

{# The place of a row in the table it was written to: rows of a seed in the order of its file. #}
{% macro row_position() -%}
    {{ return(adapter.dispatch('row_position')()) }}
{%- endmacro %}

{% macro duckdb__row_position() -%}
    rowid
{%- endmacro %}

{% macro default__row_position() -%}
    monotonically_increasing_id()
{%- endmacro %}

{# Every column of a relation but one. #}
{% macro all_columns_but(relation, column) -%}
    {{ return(adapter.dispatch('all_columns_but')(relation, column)) }}
{%- endmacro %}

{% macro duckdb__all_columns_but(relation, column) -%}
    {{ relation }}.* exclude ({{ column }})
{%- endmacro %}

{% macro default__all_columns_but(relation, column) -%}
    {{ relation }}.* except ({{ column }})
{%- endmacro %}

{# Every day from one to another, as rows of a select list. #}
{% macro days_from_to(first, last) -%}
    {{ return(adapter.dispatch('days_from_to')(first, last)) }}
{%- endmacro %}

{% macro duckdb__days_from_to(first, last) -%}
    unnest(generate_series({{ first }}, {{ last }}, interval 1 day))
{%- endmacro %}

{% macro default__days_from_to(first, last) -%}
    explode(sequence({{ first }}, cast({{ last }} as date), interval 1 day))
{%- endmacro %}
