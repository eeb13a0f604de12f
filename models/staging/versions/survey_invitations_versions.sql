-- Grain: one version of one row of `survey_invitations` as its source sent it, and what became of it.
{{ entity_versions(
    'survey_invitations',
    mapped=[ref('stg_qualtrics__survey_invitations'), ref('stg_zendesk__survey_invitations')],
) }}
