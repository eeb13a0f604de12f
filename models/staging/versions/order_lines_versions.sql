-- Grain: one version of one row of `order_lines` as its source sent it, and what became of it.
{{ entity_versions(
    'order_lines',
    mapped=[ref('stg_shopify__order_lines')],
) }}
