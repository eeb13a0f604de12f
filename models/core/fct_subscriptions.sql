-- Grain: one subscription of one source.
{{ fact('subscriptions', 'started_at') }}
