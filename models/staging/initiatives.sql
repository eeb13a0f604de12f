-- Grain: one live row of `initiatives` of one source, its newest version.
{{ entity_live(ref('initiatives_versions'), 'initiatives') }}
