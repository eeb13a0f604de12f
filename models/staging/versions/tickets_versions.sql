-- Grain: one version of one row of `tickets` as its source sent it, and what became of it.
{{ entity_versions(
    'tickets',
    mapped=[ref('stg_hubspot__tickets'), ref('stg_zendesk__tickets')],
) }}
