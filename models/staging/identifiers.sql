-- Grain: one live row of `identifiers` of one source, its newest version.
{{ entity_live(ref('identifiers_versions'), 'identifiers') }}
