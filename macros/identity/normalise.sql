{# How values are brought to one form before they are compared. #}

{# Lower case, no blanks, no "mailto:"; null when it is no address. #}
{% macro normalise_email(value) -%}
    case
        when {{ regexp_like("lower(trim(" ~ value ~ "))", "'^(mailto:)?[^@\\s,;<>]+@[^@\\s,;<>]+\\.[^@\\s,;<>.]{2,}$'") }}
            then {{ regexp_replace_all("lower(trim(" ~ value ~ "))", "'^mailto:'", "''") }}
    end
{%- endmacro %}

{# The words of a name in alphabetical order, without case, accents, titles or punctuation. #}
{% macro name_key(value) -%}
    nullif({{ sorted_words(
        "trim(" ~ regexp_replace_all(
            regexp_replace_all(strip_accents_lower(value), "'[^\\p{L}]+'", "' '"),
            "'\\b(mr|mrs|ms|miss|dr|prof|sir|jr|sr)\\b ?'", "''"
        ) ~ ")"
    ) }}, '')
{%- endmacro %}

{# The name that a given and a family name make, as `name_key` gives it of the whole: Chinese has no blank between. #}
{% macro joined_name_key(given_name, family_name) -%}
    case
        when {{ is_han(given_name) }} and {{ is_han(family_name) }} then {{ family_name }} || {{ given_name }}
        else {{ sorted_words("concat_ws(' ', " ~ given_name ~ ", " ~ family_name ~ ")") }}
    end
{%- endmacro %}

{# Text without what only writing adds: case, accents, punctuation, repeated blanks. #}
{% macro writing_key(value) -%}
    coalesce(
        nullif(trim({{ regexp_replace_all(strip_accents_lower(value), "'[^\\p{L}\\p{N}]+'", "' '") }}), ''),
        lower({{ value }})
    )
{%- endmacro %}

{# `male` or `female` however it is written; null for anything else. #}
{% macro gender_key(value) -%}
    case
        when lower({{ value }}) in ('m', 'male', 'man', 'mr', '男', '男性', '先生') then 'male'
        when lower({{ value }}) in ('f', 'female', 'woman', 'w', 'mrs', 'ms', '女', '女性', '女士') then 'female'
    end
{%- endmacro %}

{# What to call a customer: the whole name, else its parts in the order of their script, else the company. #}
{% macro display_name(relation) -%}
    coalesce(
        {{ relation }}.full_name,
        case
            when {{ is_han(relation ~ '.given_name') }} and {{ is_han(relation ~ '.family_name') }}
                then {{ relation }}.family_name || {{ relation }}.given_name
            else nullif(concat_ws(' ', {{ relation }}.given_name, {{ relation }}.family_name), '')
        end,
        {{ relation }}.company
    )
{%- endmacro %}

{# An address line with the words that are often shortened in one form, so that "1 High St." is "1 high street". #}
{% macro street_key(value) -%}
    {%- set words = {
        'st': 'street', 'rd': 'road', 'ave': 'avenue', 'av': 'avenue', 'ln': 'lane', 'dr': 'drive', 'blvd': 'boulevard', 'sq': 'square',
        'ct': 'court', 'pl': 'place', 'apt': 'flat', 'apartment': 'flat', 'unit': 'flat', 'ste': 'flat', 'suite': 'flat', 'no': '',
    } -%}
    {%- set found = namespace(sql="' ' || " ~ value ~ " || ' '") -%}
    {%- for short, long in words.items() -%}
        {%- set found.sql = "replace(" ~ found.sql ~ ", ' " ~ short ~ " ', ' " ~ long ~ " ')" -%}
    {%- endfor -%}
    trim({{ regexp_replace_all(found.sql, "' +'", "' '") }})
{%- endmacro %}
