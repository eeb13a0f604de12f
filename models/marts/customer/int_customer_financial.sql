-- Grain: one customer with any invoice or payment: the financial measures of the 360.
{{ config(materialized='kept', meta={'of_the_day': true}) }}
{%- set row = ['customer_id'] %}
{%- do touch_customers([ref('fct_invoices'), ref('fct_payments')]) %}
with invoiced as (
    select
        customer_id,
        count(*) as invoice_count,
        {{ windowed('invoice_count', 'issued_at') }},
        sum(total_amount_reporting) as invoiced_amount,
        count(*) filter (where total_amount_reporting is null) as invoice_count_without_rate,
        sum(open_amount_reporting) as open_balance_amount,
        -- What is due today may still be paid today.
        sum(open_amount_reporting) filter (where due_at < {{ as_of_date() }}) as overdue_amount,
        count(*) filter (where open_amount > 0 and due_at < {{ as_of_date() }}) as overdue_invoice_count,
        avg(date_diff('second', issued_at, paid_at)) filter (where paid_at >= issued_at and {{ happened('paid_at') }}) / 86400.0 as average_days_to_pay,
        min(issued_at) as first_invoice_at,
        max(issued_at) as last_invoice_at
    from ({{ touched_rows(row, ref('fct_invoices')) }}) as invoices
    where customer_id is not null and {{ happened('issued_at') }}
    group by customer_id
),

paid as (
    select
        customer_id,
        count(*) as payment_count,
        {{ windowed('payment_count', 'occurred_at') }},
        sum(signed_amount_reporting) filter (where is_settled) as net_paid_amount,
        {{ windowed('net_paid_amount', 'occurred_at', 'signed_amount_reporting', 'is_settled') }},
        sum(amount_reporting) filter (where is_settled and kind = 'charge') as charged_amount,
        sum(amount_reporting) filter (where is_settled and kind = 'refund') as refunded_amount,
        sum(amount_reporting) filter (where is_settled and kind in ('fee', 'penalty')) as fee_amount,
        sum(amount_reporting) filter (where is_settled and kind = 'penalty') as penalty_amount,
        sum(amount_reporting) filter (where is_settled and kind = 'chargeback') as chargeback_amount,
        sum(amount_reporting) filter (where is_settled and kind = 'credit') as credited_amount,
        count(*) filter (where is_settled and kind = 'refund') as refund_count,
        count(*) filter (where not is_settled) as failed_payment_count,
        count(*) filter (where amount_reporting is null) as payment_count_without_rate,
        {{ dates_of('charge', 'occurred_at', "is_settled and kind = 'charge'") }},
        min(occurred_at) as first_payment_at,
        max(occurred_at) as last_payment_at
    from ({{ touched_rows(row, ref('fct_payments')) }}) as payments
    where customer_id is not null and {{ happened('occurred_at') }}
    group by customer_id
),

known as (
    select customer_id from invoiced
    union
    select customer_id from paid
)

select
    known.customer_id,
    {{ all_columns_but('invoiced', 'customer_id') }},
    {{ all_columns_but('paid', 'customer_id') }}
from known
left join invoiced
    on known.customer_id = invoiced.customer_id
left join paid
    on known.customer_id = paid.customer_id
