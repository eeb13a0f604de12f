-- Grain: one distinct text of a profile that holds a letter beyond Latin.
{{ config(materialized='view') }}
with texts as (
    {%- for attribute in golden_attributes() if attribute not in ('party_type', 'phone', 'birth_date', 'gender', 'country', 'language') %}
    select {{ attribute }} as text from {{ ref('int_profile_states') }} where {{ is_foreign_text(attribute) }}
    {{ 'union all' if not loop.last }}
    {%- endfor %}
)

select distinct text from texts
