-- Grain: one distinct e-mail text, as profiles, identifiers and facts carry it, with its comparable form (null when it is no address).
-- Facts carry the same few over and over, and telling what a text means costs more than finding it here.
{{ config(materialized='table') }}
with texts as (
    select email as raw_value from {{ ref('profiles') }}
    union
    select identifier_value as raw_value from {{ ref('identifiers') }}
    where identifier_type = 'email'
    {%- for entity in ['orders', 'tickets', 'payments', 'interactions', 'feedback', 'survey_invitations'] %}
    union
    select email as raw_value from {{ ref(entity) }}
    {%- endfor %}
)

select
    raw_value,
    {{ normalise_email('raw_value') }} as email_key
from texts
where raw_value is not null
