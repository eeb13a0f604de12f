-- Grain: one version of one invoice of one Stripe account.
with invoices as (
    select * from {{ source('stripe', 'invoice') }}
),

final as (
    select
        _source_id as source_id,
        cast(id as varchar) as invoice_id,
        cast(customer_id as varchar) as customer_ref,
        cast(coalesce(status_transitions_finalized_at, created, period_start) as timestamp)
            as issued_at,
        cast(due_date as timestamp) as due_at,
        cast(status_transitions_paid_at as timestamp) as paid_at,
        cast(upper(currency) as varchar) as currency,
        {{ major_units('coalesce(total, amount_due)', 'currency') }} as total_amount,
        {{ major_units('amount_paid', 'currency') }} as paid_amount,
        cast(lower(status) as varchar) as status,
        cast(_fivetran_synced as timestamp) as updated_at,
        coalesce(is_deleted, false)
        or coalesce(lower(status) = 'deleted', false)
        or not coalesce(livemode, true) as is_deleted,
        _file_id,
        _file_row,
        _loaded_at
    from invoices
)

select * from final
