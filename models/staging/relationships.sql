-- Grain: one live row of `relationships` of one source, its newest version.
{{ entity_live(ref('relationships_versions'), 'relationships') }}
