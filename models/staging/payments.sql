-- Grain: one live row of `payments` of one source, its newest version.
{{ entity_live(ref('payments_versions'), 'payments') }}
