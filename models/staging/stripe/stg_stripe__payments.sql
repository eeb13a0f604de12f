-- Grain: one version of one charge, refund, dispute or credit note of one Stripe account.
-- Charges are the money; payment intents and balance movements speak of the same money again, and
-- Stripe's own fees are a cost of the company. Attempts that failed are carried with their status.
with charges as (
    select * from {{ source('stripe', 'charge') }}
),

newest_charges as (
    select * from {{ newest(source('stripe', 'charge'), ['id']) }}
),

newest_invoices as (
    select * from {{ newest(source('stripe', 'invoice'), ['id']) }}
),

charge_payments as (
    select
        _source_id,
        id,
        customer_id,
        coalesce(billing_detail_email, receipt_email) as email,
        {{ json_text('metadata', 'order_id') }} as order_id,
        invoice_id,
        'charge' as kind,
        coalesce(amount_captured, amount) as amount,
        currency,
        created,
        case
            when lower(status) = 'failed' then 'failed'
            -- An authorisation is held, not taken.
            when lower(status) = 'pending' or not coalesce(captured, true) then 'pending'
            else 'succeeded'
        end as status,
        case
            when card_id is not null then 'card'
            when bank_account_id is not null then 'bank_account'
        end as method,
        description,
        livemode,
        _fivetran_synced,
        _file_id,
        _file_row,
        _loaded_at
    from charges
),

refund_payments as (
    select
        refunds._source_id,
        refunds.id,
        newest_charges.customer_id,
        coalesce(newest_charges.billing_detail_email, newest_charges.receipt_email) as email,
        {{ json_text('newest_charges.metadata', 'order_id') }} as order_id,
        newest_charges.invoice_id,
        'refund' as kind,
        refunds.amount,
        refunds.currency,
        refunds.created,
        case
            when lower(refunds.status) in ('failed', 'canceled') then 'failed'
            when lower(refunds.status) in ('pending', 'requires_action') then 'pending'
            else 'succeeded'
        end as status,
        cast(null as varchar) as method,
        coalesce(refunds.description, refunds.reason) as description,
        newest_charges.livemode,
        refunds._fivetran_synced,
        refunds._file_id,
        refunds._file_row,
        refunds._loaded_at
    from {{ source('stripe', 'refund') }} as refunds
    left join newest_charges
        on
            refunds._source_id = newest_charges._source_id
            and refunds.charge_id = newest_charges.id
),

dispute_payments as (
    select
        disputes._source_id,
        disputes.id,
        newest_charges.customer_id,
        coalesce(newest_charges.billing_detail_email, newest_charges.receipt_email) as email,
        {{ json_text('newest_charges.metadata', 'order_id') }} as order_id,
        newest_charges.invoice_id,
        'chargeback' as kind,
        disputes.amount,
        disputes.currency,
        disputes.created,
        case
            when lower(disputes.status) in ('lost', 'charge_refunded') then 'succeeded'
            -- An inquiry takes no money, and what is won comes back.
            when
                lower(disputes.status) in ('won', 'prevented')
                or lower(disputes.status) like 'warning%'
                then 'failed'
            else 'pending'
        end as status,
        cast(null as varchar) as method,
        disputes.reason as description,
        disputes.livemode,
        disputes._fivetran_synced,
        disputes._file_id,
        disputes._file_row,
        disputes._loaded_at
    from {{ source('stripe', 'dispute') }} as disputes
    left join newest_charges
        on
            disputes._source_id = newest_charges._source_id
            and disputes.charge_id = newest_charges.id
),

credit_payments as (
    select
        credit_notes._source_id,
        credit_notes.id,
        newest_invoices.customer_id,
        cast(null as varchar) as email,
        cast(null as varchar) as order_id,
        credit_notes.invoice_id,
        'credit' as kind,
        credit_notes.amount,
        credit_notes.currency,
        credit_notes.created,
        case when lower(credit_notes.status) = 'void' then 'failed' else 'succeeded' end as status,
        'credit_note' as method,
        coalesce(credit_notes.memo, credit_notes.reason) as description,
        -- A credit note that was paid out is the refund above: the same money must not count twice.
        coalesce(credit_notes.livemode, true) and credit_notes.refund_id is null as livemode,
        credit_notes._fivetran_synced,
        credit_notes._file_id,
        credit_notes._file_row,
        credit_notes._loaded_at
    from {{ source('stripe', 'credit_note') }} as credit_notes
    left join newest_invoices
        on
            credit_notes._source_id = newest_invoices._source_id
            and credit_notes.invoice_id = newest_invoices.id
    -- Before payment a credit note only lowers what the invoice asks for.
    where coalesce(lower(credit_notes.type), 'post_payment') = 'post_payment'
),

united as (
    select * from charge_payments
    union all
    select * from refund_payments
    union all
    select * from dispute_payments
    union all
    select * from credit_payments
),

final as (
    select
        _source_id as source_id,
        cast(id as varchar) as payment_id,
        cast(customer_id as varchar) as customer_ref,
        cast(email as varchar) as email,
        cast(order_id as varchar) as order_id,
        cast(invoice_id as varchar) as invoice_id,
        cast(kind as varchar) as kind,
        {{ major_units('amount', 'currency') }} as amount,
        cast(upper(currency) as varchar) as currency,
        cast(created as timestamp) as occurred_at,
        cast(status as varchar) as status,
        cast(method as varchar) as method,
        cast(description as varchar) as description,
        cast(_fivetran_synced as timestamp) as updated_at,
        not coalesce(livemode, true) as is_deleted,
        _file_id,
        _file_row,
        _loaded_at
    from united
)

select * from final
