-- Grain: one distinct name, as sent, that letters of more than ASCII make hard to compare.
{{ config(materialized='view') }}
with texts as (
    {%- for column in ['full_name', 'given_name', 'family_name'] %}
    select {{ column }} as name_text
    from {{ ref('profiles') }}
    {{ 'union all' if not loop.last }}
    {%- endfor %}
)

select distinct name_text
from texts
where {{ regexp_like('name_text', "'[^\\x00-\\x7F]'") }}
