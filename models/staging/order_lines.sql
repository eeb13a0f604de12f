-- Grain: one live row of `order_lines` of one source, its newest version.
{{ entity_live(ref('order_lines_versions'), 'order_lines') }}
