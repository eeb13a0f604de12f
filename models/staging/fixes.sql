-- Grain: one live row of `fixes` of one source, its newest version.
{{ entity_live(ref('fixes_versions'), 'fixes') }}
