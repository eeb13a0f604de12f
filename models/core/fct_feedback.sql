-- Grain: one piece of feedback.
{{ fact(
    'feedback', 'submitted_at', identifiers=['email'],
    through={
        'invitation_id': 'fct_survey_invitations', 'interaction_id': 'fct_interactions', 'ticket_id': 'fct_tickets',
        'order_id': 'fct_orders',
    },
) }}
