-- Grain: one service ticket of one source.
-- depends_on: {{ ref('tickets_versions') }}
{{ fact(
    'tickets', 'opened_at', identifiers=['email'], through={'order_id': 'fct_orders'}, overwritten=['solved_at', 'closed_at'],
    extra={
        'is_open': by_then(then('solved_at')) ~ ' is null and ' ~ by_then(then('closed_at')) ~ ' is null',
        'is_answered': by_then('attributed.first_response_at') ~ ' is not null',
    },
) }}
