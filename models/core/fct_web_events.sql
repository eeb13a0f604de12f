-- Grain: one event of a web site or app.
{{ fact('web_events', 'occurred_at', identifiers=['login_id', 'device_id'], record='login_id', carry=['device_id']) }}
