-- Grain: one live row of `consents` of one source, its newest version.
{{ entity_live(ref('consents_versions'), 'consents') }}
