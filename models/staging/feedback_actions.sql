-- Grain: one live row of `feedback_actions` of one source, its newest version.
{{ entity_live(ref('feedback_actions_versions'), 'feedback_actions') }}
