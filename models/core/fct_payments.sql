-- Grain: one movement of money. Money that never moved (failed, voided, pending) stays in the table with a sign of 0.
{{ fact(
    'payments', 'occurred_at', identifiers=['email'], through={'order_id': 'fct_orders', 'invoice_id': 'fct_invoices'},
    extra={
        'is_settled': is_settled('attributed.status'),
        'signed_amount': "case when not " ~ is_settled('attributed.status') ~ " then 0
        when attributed.kind in ('refund', 'chargeback', 'credit') then -attributed.amount else attributed.amount end",
    },
) }}
