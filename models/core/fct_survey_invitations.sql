-- Grain: one invitation to a survey.
{{ fact('survey_invitations', 'sent_at', identifiers=['email']) }}
