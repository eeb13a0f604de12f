-- Grain: one service ticket of one source.
{{ fact('tickets', 'opened_at', identifiers=['email'], through={'order_id': 'fct_orders'}) }}
