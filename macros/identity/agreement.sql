{# How two profiles agree, in words: from the levels of `int_pair_scores` and the words of `int_comparison_levels`. #}

{# What profiles are compared by, in the order of `orchestration/linkage/comparisons.py`; a test holds the two together. #}
{% macro comparison_names() %}
    {{ return([
        'given_name', 'family_name', 'organization_name', 'given_characters', 'other_names', 'birth_date', 'gender',
        'email', 'phone', 'address', 'job_title', 'national_id',
    ]) }}
{% endmacro %}

{# Grain: one row; per comparison the words of each level in a list, "different" first. #}
{% macro agreement_words() -%}
    select
    {%- for name in comparison_names() %}
        list(words order by gamma) filter (where comparison = '{{ name }}') as {{ name }}{{ ',' if not loop.last }}
    {%- endfor %}
    from {{ ref('int_comparison_levels') }}
{%- endmacro %}

{# All that is known of one pair, in words; null where nothing is. `words` names the one row of `agreement_words`. #}
{% macro agreement(scores, words) -%}
    nullif(concat_ws(
        ', ',
    {%- for name in comparison_names() %}
        {{ words }}.{{ name }}[nullif({{ scores }}.gamma_{{ name }}, -1) + 1]{{ ',' if not loop.last }}
    {%- endfor %}
    ), '')
{%- endmacro %}
