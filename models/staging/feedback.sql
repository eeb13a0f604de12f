-- Grain: one live row of `feedback` of one source, its newest version.
{{ entity_live(ref('feedback_versions'), 'feedback') }}
