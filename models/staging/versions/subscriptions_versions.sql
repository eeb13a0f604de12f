-- Grain: one version of one row of `subscriptions` as its source sent it, and what became of it.
{{ entity_versions(
    'subscriptions',
    mapped=[ref('stg_stripe__subscriptions')],
    rejects=[
        ["currency is not null and not " ~ regexp_like("currency", "'^[A-Z]{3}$'"), "currency: expected a three-letter ISO 4217 code"],
    ],
    expressions={
        "currency": "upper(trim(currency))",
    },
) }}
