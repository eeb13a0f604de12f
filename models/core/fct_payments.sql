-- Grain: one movement of money.
{{ fact(
    'payments', 'occurred_at', identifiers=['email'],
    extra={
        'signed_amount': "case when attributed.kind in ('refund', 'chargeback', 'credit') then -attributed.amount else attributed.amount end",
        'is_settled': is_settled('attributed.status'),
    },
) }}
