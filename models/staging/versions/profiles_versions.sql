-- Grain: one version of one row of `profiles` as its source sent it, and what became of it.
{{ entity_versions(
    'profiles',
    mapped=[ref('stg_hubspot__profiles'), ref('stg_qualtrics__profiles'), ref('stg_shopify__profiles'), ref('stg_stripe__profiles'), ref('stg_zendesk__profiles')],
    carried=['_extra'],
    expressions={
        "party_type": party_type(),
    },
) }}
