{# How values are brought to one form before they are compared. #}

{#
  The mailbox an address reaches, in lower case; null when it is no address. What follows a plus is the owner's own
  label; Gmail reads no dots; masked addresses (j***@…) reach nobody.
#}
{% macro normalise_email(value) -%}
    {%- set plain = regexp_replace_all("lower(trim(" ~ value ~ "))", "'^mailto:|\\+[^@]*(@)'", "'\\1'") -%}
    case
        when {{ regexp_like("lower(trim(" ~ value ~ "))", "'^(mailto:)?[^@\\s,;<>*]+@[^@\\s,;<>]+\\.[^@\\s,;<>.]{2,}$'") }}
            then
                case
                    when {{ regexp_like(plain, "'@(gmail|googlemail)\\.com$'") }}
                        then replace(split_part({{ plain }}, '@', 1), '.', '') || '@gmail.com'
                    else {{ plain }}
                end
    end
{%- endmacro %}

{# Words in lower case with one blank between, from a text of ASCII letters. #}
{% macro ascii_words(value) -%}
    nullif(trim({{ regexp_replace_all("lower(" ~ value ~ ")", "'[^a-z0-9]+'", "' '") }}), '')
{%- endmacro %}

{# The same from any letters. #}
{% macro folded_words(value) -%}
    nullif(trim({{ regexp_replace_all(strip_accents_lower(value), "'[^\\p{L}\\p{N}]+'", "' '") }}), '')
{%- endmacro %}

{# Words of a name without forms of address. #}
{% macro without_titles(words) -%}
    nullif(trim({{ regexp_replace_all(
        words,
        "'\\b(mr|mrs|ms|miss|mx|dr|prof|professor|sir|madam|dame|herr|frau|mme|mlle|monsieur|madame|jr|sr|ii|iii|phd|md|esq)\\b ?'",
        "''"
    ) }}), '')
{%- endmacro %}

{# The words of a name in alphabetical order, without case, accents, titles or punctuation. #}
{% macro name_key(value) -%}
    {{ sorted_words(without_titles(folded_words(value))) }}
{%- endmacro %}

{# A name of an organisation without what only says its legal form. #}
{% macro without_legal_form(words) -%}
    nullif(trim({{ regexp_replace_all(
        words,
        "'\\b(ltd|limited|inc|incorporated|corp|corporation|co|company|llc|llp|plc|dac|gmbh|ag|kg|sa|sarl|srl|bv|nv|oy|ab|as|pty|pte|the|and)\\b ?'",
        "''"
    ) }}), '')
{%- endmacro %}

{# A legal form at the end of a name: it is an organisation's. #}
{% macro has_legal_form(name) -%}
    coalesce({{ regexp_like(
        "lower(" ~ name ~ ")",
        "'[ ,.](ltd|limited|inc|llc|llp|plc|dac|gmbh|ag|kg|bv|nv|corp|corporation|sarl|srl|pty|pte)[.]?$|(公司|集团|集團|银行|銀行)$'"
    ) }}, false)
{%- endmacro %}

{#
  What kind of customer a profile is, decided here and nowhere else: many sources call every profile a person, and a
  legal form in the name says otherwise. A company beside a name, or without one, may be the employer.
#}
{% macro party_type() -%}
    case
        when party_type = 'organization' then 'organization'
        when {{ has_legal_form("coalesce(full_name, concat_ws(' ', given_name, family_name))") }} then 'organization'
        -- Where a system has but a field for persons, a firm's name stands for the surname.
        when coalesce(full_name, given_name) is null and lower(family_name) = lower(company) then 'organization'
        -- Who has no name may be either, until what it shares with others tells (`int_profiles`).
        else coalesce(party_type, case when coalesce(full_name, given_name, family_name) is not null then 'person' end)
    end
{%- endmacro %}

{# The first word of a text. #}
{% macro first_word(expression) -%}
    split_part({{ expression }}, ' ', 1)
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
