-- Grain: one service ticket of one source.
{{ fact('tickets', 'opened_at', identifiers=['email']) }}
