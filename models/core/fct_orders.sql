-- Grain: one order of one source.
{{ fact(
    'orders', 'ordered_at', identifiers=['email', 'phone'],
    extra={
        'is_cancelled': by_then('attributed.cancelled_at') ~ ' is not null',
        'is_delivered': by_then('attributed.delivered_at') ~ ' is not null',
    },
) }}
