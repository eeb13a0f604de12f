-- Grain: one step taken on one piece of feedback; it belongs to the customer who gave the feedback.
select
    actions.source_id,
    feedback.customer_id,
    {%- for name in entity_columns('feedback_actions') if name != 'is_deleted' %}
    actions.{{ name }},
    {%- endfor %}
    feedback.submitted_at as feedback_submitted_at,
    actions._file_id,
    actions._file_row
from {{ ref('feedback_actions') }} as actions
left join {{ ref('fct_feedback') }} as feedback
    on
        actions.source_id = feedback.source_id
        and actions.feedback_id = feedback.feedback_id
