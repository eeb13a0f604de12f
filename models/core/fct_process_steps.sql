-- Grain: one step of one back-office process.
{{ fact('process_steps', 'entered_at') }}
