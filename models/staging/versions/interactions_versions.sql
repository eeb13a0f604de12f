-- Grain: one version of one row of `interactions` as its source sent it, and what became of it.
{{ entity_versions(
    'interactions',
    mapped=[
        ref('stg_hubspot__email_interactions'),
        ref('stg_hubspot__interactions'),
        ref('stg_shopify__interactions'),
        ref('stg_zendesk__interactions'),
    ],
) }}
