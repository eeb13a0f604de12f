-- Grain: one version of one row of `identifiers` as its source sent it, and what became of it.
{{ entity_versions(
    'identifiers',
    mapped=[ref('stg_hubspot__identifiers'), ref('stg_qualtrics__identifiers'), ref('stg_stripe__identifiers'), ref('stg_zendesk__identifiers')],
) }}
