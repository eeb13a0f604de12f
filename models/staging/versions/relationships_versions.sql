-- Grain: one version of one row of `relationships` as its source sent it, and what became of it.
{{ entity_versions(
    'relationships',
    mapped=[ref('stg_hubspot__relationships'), ref('stg_zendesk__relationships')],
) }}
