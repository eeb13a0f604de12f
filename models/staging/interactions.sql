-- Grain: one live row of `interactions` of one source, its newest version.
{{ entity_live(ref('interactions_versions'), 'interactions') }}
