-- Grain: one invitation to a survey.
-- Answers come from staging: `fct_feedback` itself asks whose invitation it answers.
-- depends_on: {{ ref('feedback_versions') }}
{%- set touching = [] %}
{%- if is_kept() %}
{%- do touching.append('select source_id, invitation_id from ' ~ changes(ref('feedback_versions'))) %}
{%- set passed = days_passed('feedback') %}
{%- if passed %}
{%- do touching.append('select source_id, invitation_id from ' ~ ref('feedback') ~ ' where ' ~ passed) %}
{%- endif %}
{%- endif %}
with invitations as (
    {{ fact('survey_invitations', 'sent_at', identifiers=['email'], touching=touching) }}
),

answers as (
    select
        source_id,
        invitation_id,
        min(submitted_at) as answered_at
    from {{ ref('feedback') }}
    where invitation_id is not null
    group by source_id, invitation_id
)

select
    {%- for name in ['source_id', 'customer_id'] + entity_columns('survey_invitations') | list if name != 'is_deleted' %}
    invitations.{{ name }},
    {%- endfor %}
    answers.answered_at,
    coalesce({{ happened('answers.answered_at') }}, false) as is_answered,
    invitations.has_happened,
    invitations._file_id,
    invitations._file_row
from invitations
left join answers
    on
        invitations.source_id = answers.source_id
        and invitations.invitation_id = answers.invitation_id
