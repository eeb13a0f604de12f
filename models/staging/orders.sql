-- Grain: one live row of `orders` of one source, its newest version.
{{ entity_live(ref('orders_versions'), 'orders') }}
