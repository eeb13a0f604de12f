-- Grain: one order of one source.
{{ fact('orders', 'ordered_at', identifiers=['email', 'phone']) }}
