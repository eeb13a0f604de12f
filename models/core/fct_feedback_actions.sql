-- Grain: one step taken on one piece of feedback; it belongs to the customer who gave the feedback.
{{ config(materialized='kept', meta={'carry': ['customer_id']}) }}
-- depends_on: {{ ref('feedback_actions_versions') }}
{%- set row = ['source_id', 'action_id'] %}
{%- if is_kept() %}
{%- do touch(row, [
    'select ' ~ row | join(', ') ~ ' from ' ~ changes(ref('feedback_actions_versions')),
    'select ' ~ row | join(', ') ~ ' from ' ~ ref('feedback_actions') ~ ' semi join ' ~ changes(ref('fct_feedback'))
    ~ ' using (source_id, feedback_id)',
]) %}
{%- endif %}
select
    actions.source_id,
    feedback.customer_id,
    {%- for name in entity_columns('feedback_actions') if name != 'is_deleted' %}
    actions.{{ name }},
    {%- endfor %}
    feedback.submitted_at as feedback_submitted_at,
    actions._file_id,
    actions._file_row
from ({{ touched_rows(row, ref('feedback_actions')) }}) as actions
left join {{ ref('fct_feedback') }} as feedback
    on
        actions.source_id = feedback.source_id
        and actions.feedback_id = feedback.feedback_id
