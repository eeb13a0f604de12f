{# Scalar functions whose name or meaning differs between engines. #}

{% macro regexp_like(expression, pattern) -%}
    {{ return(adapter.dispatch('regexp_like')(expression, pattern)) }}
{%- endmacro %}

{% macro duckdb__regexp_like(expression, pattern) -%}
    regexp_matches({{ expression }}, {{ pattern }})
{%- endmacro %}

{% macro default__regexp_like(expression, pattern) -%}
    ({{ expression }} rlike {{ pattern }})
{%- endmacro %}

{% macro regexp_replace_all(expression, pattern, replacement) -%}
    {{ return(adapter.dispatch('regexp_replace_all')(expression, pattern, replacement)) }}
{%- endmacro %}

{% macro duckdb__regexp_replace_all(expression, pattern, replacement) -%}
    regexp_replace({{ expression }}, {{ pattern }}, {{ replacement }}, 'g')
{%- endmacro %}

{% macro default__regexp_replace_all(expression, pattern, replacement) -%}
    regexp_replace({{ expression }}, {{ pattern }}, {{ replacement }})
{%- endmacro %}

{# The words of a text in alphabetical order, so that "Wang Fang" and "Fang Wang" are one key. #}
{% macro sorted_words(expression) -%}
    {{ return(adapter.dispatch('sorted_words')(expression)) }}
{%- endmacro %}

{% macro duckdb__sorted_words(expression) -%}
    array_to_string(list_sort(string_split({{ expression }}, ' ')), ' ')
{%- endmacro %}

{% macro default__sorted_words(expression) -%}
    array_join(array_sort(split({{ expression }}, ' ')), ' ')
{%- endmacro %}

{# A JSON object of the named columns of one relation. #}
{% macro json_record(relation, columns) -%}
    {{ return(adapter.dispatch('json_record')(relation, columns)) }}
{%- endmacro %}

{% macro duckdb__json_record(relation, columns) -%}
    json_object({% for column in columns %}'{{ column }}', {{ relation }}.{{ column }}{{ ', ' if not loop.last }}{% endfor %})
{%- endmacro %}

{# Lower case without accents. #}
{% macro strip_accents_lower(expression) -%}
    {{ return(adapter.dispatch('strip_accents_lower')(expression)) }}
{%- endmacro %}

{% macro duckdb__strip_accents_lower(expression) -%}
    lower(strip_accents({{ expression }}))
{%- endmacro %}

{# The last word of a text. #}
{% macro last_word(expression) -%}
    {{ return(adapter.dispatch('last_word')(expression)) }}
{%- endmacro %}

{% macro duckdb__last_word(expression) -%}
    split_part({{ expression }}, ' ', -1)
{%- endmacro %}

{# A number from a text, always the same, as hexadecimal text. #}
{% macro hash_hex(expression) -%}
    {{ return(adapter.dispatch('hash_hex')(expression)) }}
{%- endmacro %}

{% macro default__hash_hex(expression) -%}
    md5({{ expression }})
{%- endmacro %}

{# The text at one key of a JSON object. #}
{% macro json_text(expression, key) -%}
    {{ return(adapter.dispatch('json_text')(expression, key)) }}
{%- endmacro %}

{% macro duckdb__json_text(expression, key) -%}
    json_extract_string({{ expression }}, '$."{{ key }}"')
{%- endmacro %}

{% macro default__json_text(expression, key) -%}
    get_json_object({{ expression }}, '$.{{ key }}')
{%- endmacro %}

{# A cast that gives null where it cannot. #}
{% macro try_cast(expression, type) -%}
    try_cast({{ expression }} as {{ type }})
{%- endmacro %}

{# A time as text into UTC without zone; a text without a zone is UTC, one that is no time is null. #}
{% macro utc_instant(expression) -%}
    {{ return(adapter.dispatch('utc_instant')(expression)) }}
{%- endmacro %}

{% macro duckdb__utc_instant(expression) -%}
    cast(try_cast({{ expression }} as timestamp with time zone) as timestamp)
{%- endmacro %}

{% macro default__utc_instant(expression) -%}
    try_cast({{ expression }} as timestamp)
{%- endmacro %}

{# Columns as one value that is compared name by name in the given order. #}
{% macro struct_of(columns) -%}
    {{ return(adapter.dispatch('struct_of')(columns)) }}
{%- endmacro %}

{% macro duckdb__struct_of(columns) -%}
    struct_pack({% for column in columns %}{{ column }} := {{ column }}{{ ', ' if not loop.last }}{% endfor %})
{%- endmacro %}

{% macro default__struct_of(columns) -%}
    named_struct({% for column in columns %}'{{ column }}', {{ column }}{{ ', ' if not loop.last }}{% endfor %})
{%- endmacro %}

{# Aggregate: the value of the row that comes first by `ordering`. #}
{% macro first_by(value, ordering) -%}
    {{ return(adapter.dispatch('first_by')(value, ordering)) }}
{%- endmacro %}

{% macro duckdb__first_by(value, ordering) -%}
    arg_min({{ value }}, {{ ordering }})
{%- endmacro %}

{% macro default__first_by(value, ordering) -%}
    min_by({{ value }}, {{ ordering }})
{%- endmacro %}

{# Aggregate: the value of the row that comes last by `ordering`. #}
{% macro last_by(value, ordering) -%}
    {{ return(adapter.dispatch('last_by')(value, ordering)) }}
{%- endmacro %}

{% macro duckdb__last_by(value, ordering) -%}
    arg_max({{ value }}, {{ ordering }})
{%- endmacro %}

{% macro default__last_by(value, ordering) -%}
    max_by({{ value }}, {{ ordering }})
{%- endmacro %}

{# Whether a text begins with a Chinese character. #}
{% macro is_han(expression) -%}
    {{ return(adapter.dispatch('is_han')(expression)) }}
{%- endmacro %}

{% macro default__is_han(expression) -%}
    ({{ expression }} >= '㐀' and {{ expression }} < 'ꀀ')
{%- endmacro %}

{# Whether a text holds a character beyond Latin letters and common signs. #}
{% macro is_foreign_text(expression) -%}
    {{ return(adapter.dispatch('is_foreign_text')(expression)) }}
{%- endmacro %}

{% macro duckdb__is_foreign_text(expression) -%}
    regexp_matches({{ expression }}, '[^\x{0000}-\x{024F}]')
{%- endmacro %}

{% macro default__is_foreign_text(expression) -%}
    ({{ expression }} rlike '[^\u0000-\u024F]')
{%- endmacro %}

{# A number from the columns of a row, nulls included; the same for the same row within one version of the engine. #}
{% macro row_hash(expressions) -%}
    {{ return(adapter.dispatch('row_hash')(expressions)) }}
{%- endmacro %}

{% macro duckdb__row_hash(expressions) -%}
    hash({{ expressions | join(', ') }})
{%- endmacro %}

{% macro default__row_hash(expressions) -%}
    xxhash64({{ expressions | join(', ') }})
{%- endmacro %}

{#
  Aggregate: a number from a set of such numbers, whatever their order. A sum: the last thing hashed enters a row's number
  by XOR, so of two rows in which it changed alike an XOR would see no change.
#}
{% macro combined_hash(expression) -%}
    sum(cast({{ expression }} as decimal(38, 0)))
{%- endmacro %}
