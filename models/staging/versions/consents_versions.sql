-- Grain: one version of one row of `consents` as its source sent it, and what became of it.
{{ entity_versions(
    'consents',
    mapped=[ref('stg_hubspot__consents'), ref('stg_qualtrics__consents'), ref('stg_shopify__consents')],
) }}
