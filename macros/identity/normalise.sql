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
