-- Grain: one version of one transaction that moves money, or tries to, of one shop.
-- Only transactions are money: authorisations and voids move none, and the refund, adjustment and
-- tender tables speak of the same money again. Attempts that failed are carried with their status.
with transactions as (
    select
        _source_id,
        id,
        order_id,
        lower(kind) as kind,
        lower(status) as status,
        amount,
        currency,
        coalesce(processed_at, created_at) as occurred_at,
        gateway,
        message as description,
        test,
        _fivetran_synced,
        _file_id,
        _file_row,
        _loaded_at
    from {{ source('shopify', 'transaction') }}
    union all
    select
        _source_id,
        id,
        order_id,
        lower(kind) as kind,
        lower(status) as status,
        amount_set_shop_amount as amount,
        amount_set_shop_currency_code as currency,
        coalesce(processed_at, created_at) as occurred_at,
        gateway,
        error_code as description,
        test,
        _fivetran_synced,
        _file_id,
        _file_row,
        _loaded_at
    from {{ source('shopify', 'gql_transaction') }}
),

order_versions as (
    select
        _source_id,
        id,
        customer_id,
        email,
        updated_at,
        _file_id,
        _file_row
    from {{ source('shopify', 'order') }}
    union all
    select
        _source_id,
        id,
        customer_id,
        email,
        updated_at,
        _file_id,
        _file_row
    from {{ source('shopify', 'gql_order') }}
),

orders as (
    select * from {{ newest('order_versions', ['id'], 'updated_at') }}
),

final as (
    select
        transactions._source_id as source_id,
        cast(transactions.id as varchar) as payment_id,
        cast(orders.customer_id as varchar) as customer_ref,
        cast(orders.email as varchar) as email,
        cast(transactions.order_id as varchar) as order_id,
        -- Change is cash given back at the till.
        cast(
            case when transactions.kind in ('refund', 'change') then 'refund' else 'charge' end
            as varchar
        ) as kind,
        cast(abs(transactions.amount) as decimal(18, 4)) as amount,
        cast(upper(transactions.currency) as varchar) as currency,
        cast(transactions.occurred_at as timestamp) as occurred_at,
        cast(
            case
                when transactions.status = 'success' then 'succeeded'
                when transactions.status in ('failure', 'error') then 'failed'
                when transactions.status is null then 'succeeded'
                else 'pending'
            end as varchar
        ) as status,
        cast(transactions.gateway as varchar) as method,
        cast(transactions.description as varchar) as description,
        cast(transactions._fivetran_synced as timestamp) as updated_at,
        coalesce(transactions.test, false) as is_deleted,
        transactions._file_id,
        transactions._file_row,
        transactions._loaded_at
    from transactions
    left join orders
        on
            transactions._source_id = orders._source_id
            and transactions.order_id = orders.id
    where transactions.kind in ('sale', 'capture', 'refund', 'change')
)

select * from final
