-- Grain: one live row of `web_events` of one source, its newest version.
{{ entity_live(ref('web_events_versions'), 'web_events') }}
