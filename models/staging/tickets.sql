-- Grain: one live row of `tickets` of one source, its newest version.
{{ entity_live(ref('tickets_versions'), 'tickets') }}
