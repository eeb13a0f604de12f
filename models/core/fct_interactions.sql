-- Grain: one contact on one channel.
{{ fact('interactions', 'started_at', identifiers=['email', 'phone', 'device_id']) }}
