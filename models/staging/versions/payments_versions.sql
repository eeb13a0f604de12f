-- Grain: one version of one row of `payments` as its source sent it, and what became of it.
{{ entity_versions(
    'payments',
    mapped=[ref('stg_shopify__payments'), ref('stg_stripe__payments')],
    rejects=[
        ["currency is not null and not " ~ regexp_like("currency", "'^[A-Z]{3}$'"), "currency: expected a three-letter ISO 4217 code"],
        ["amount < 0", "amount: expected no negative amount, kind gives the sign"],
    ],
    expressions={
        "currency": "upper(trim(currency))",
    },
) }}
