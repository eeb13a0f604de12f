-- Grain: one version of one row of `invoices` as its source sent it, and what became of it.
{{ entity_versions(
    'invoices',
    mapped=[ref('stg_stripe__invoices')],
    rejects=[
        ["currency is not null and not " ~ regexp_like("currency", "'^[A-Z]{3}$'"), "currency: expected a three-letter ISO 4217 code"],
    ],
    expressions={
        "currency": "upper(trim(currency))",
    },
) }}
