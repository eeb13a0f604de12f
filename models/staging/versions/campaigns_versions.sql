-- Grain: one version of one row of `campaigns` as its source sent it, and what became of it.
{{ entity_versions(
    'campaigns',
    mapped=[ref('stg_hubspot__campaigns')],
    rejects=[
        ["currency is not null and not " ~ regexp_like("currency", "'^[A-Z]{3}$'"), "currency: expected a three-letter ISO 4217 code"],
    ],
    expressions={
        "currency": "upper(trim(currency))",
    },
) }}
