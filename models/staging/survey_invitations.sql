-- Grain: one live row of `survey_invitations` of one source, its newest version.
{{ entity_live(ref('survey_invitations_versions'), 'survey_invitations') }}
