-- Grain: one piece of feedback.
{{ fact('feedback', 'submitted_at', identifiers=['email']) }}
