{# Rows into texts, texts into rows. #}

{# Aggregate: the texts of a group in the given order, with a separator between. #}
{% macro joined_text(expression, separator, order_by) -%}
    {{ return(adapter.dispatch('joined_text')(expression, separator, order_by)) }}
{%- endmacro %}

{% macro duckdb__joined_text(expression, separator, order_by) -%}
    string_agg({{ expression }}, {{ separator }} order by {{ order_by }})
{%- endmacro %}

{% macro default__joined_text(expression, separator, order_by) -%}
    listagg({{ expression }}, {{ separator }}) within group (order by {{ order_by }})
{%- endmacro %}

{# In a select list: one row per part of a text that a separator divides. #}
{% macro split_to_rows(expression, separator) -%}
    {{ return(adapter.dispatch('split_to_rows')(expression, separator)) }}
{%- endmacro %}

{% macro duckdb__split_to_rows(expression, separator) -%}
    unnest(string_split({{ expression }}, '{{ separator }}'))
{%- endmacro %}

{% macro default__split_to_rows(expression, separator) -%}
    explode(split({{ expression }}, '{{ separator }}'))
{%- endmacro %}

{# Which part of a text that a separator divides equals a value, counted from 1; null when none does. #}
{% macro position_in_text(expression, separator, value) -%}
    {{ return(adapter.dispatch('position_in_text')(expression, separator, value)) }}
{%- endmacro %}

{% macro duckdb__position_in_text(expression, separator, value) -%}
    nullif(list_position(list_transform(string_split({{ expression }}, '{{ separator }}'), lambda part: trim(part)), {{ value }}), 0)
{%- endmacro %}

{% macro default__position_in_text(expression, separator, value) -%}
    nullif(array_position(transform(split({{ expression }}, '{{ separator }}'), part -> trim(part)), {{ value }}), 0)
{%- endmacro %}

{# Aggregate: the different values of a group. #}
{% macro distinct_list(expression) -%}
    {{ return(adapter.dispatch('distinct_list')(expression)) }}
{%- endmacro %}

{% macro duckdb__distinct_list(expression) -%}
    list(distinct {{ expression }} order by {{ expression }})
{%- endmacro %}

{% macro default__distinct_list(expression) -%}
    sort_array(collect_set({{ expression }}))
{%- endmacro %}

{# The words of a text of three letters or more that are neither `one` nor `other`; null when none is left. #}
{% macro other_words(text, one, other) -%}
    {{ return(adapter.dispatch('other_words')(text, one, other)) }}
{%- endmacro %}

{% macro duckdb__other_words(text, one, other) -%}
    nullif(list_filter(
        list_distinct(string_split({{ text }}, ' ')),
        lambda word: length(word) > 2 and word != coalesce({{ one }}, '') and word != coalesce({{ other }}, '')
    ), [])
{%- endmacro %}

{% macro default__other_words(text, one, other) -%}
    filter(
        array_distinct(split({{ text }}, ' ')),
        word -> length(word) > 2 and word != coalesce({{ one }}, '') and word != coalesce({{ other }}, '')
    )
{%- endmacro %}
