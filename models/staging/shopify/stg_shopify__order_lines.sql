-- Grain: one version of one order line, or of one refunded quantity of a line, of one shop.
-- A refunded quantity is a line of its own with a negative quantity at the price of the line sold,
-- so the lines of an order sum to what the customer kept. Its money is the refund in payments.
with lines as (
    select
        _source_id,
        id,
        order_id,
        product_id,
        variant_id,
        coalesce(title, name) as product_name,
        quantity,
        price as unit_price,
        _fivetran_synced,
        coalesce(_fivetran_deleted, false) as is_deleted,
        _file_id,
        _file_row,
        _loaded_at
    from {{ source('shopify', 'order_line') }}
    union all
    select
        _source_id,
        id,
        order_id,
        product_id,
        variant_id,
        coalesce(title, name) as product_name,
        quantity,
        coalesce(
            original_unit_price_set_shop_amount,
            original_total_set_shop_amount / nullif(quantity, 0),
            0
        ) as unit_price,
        _fivetran_synced,
        coalesce(_fivetran_deleted, false) as is_deleted,
        _file_id,
        _file_row,
        _loaded_at
    from {{ source('shopify', 'gql_order_line') }}
),

refund_lines as (
    select
        _source_id,
        id,
        refund_id,
        order_line_id,
        quantity,
        subtotal,
        restock_type,
        _fivetran_synced,
        _file_id,
        _file_row,
        _loaded_at
    from {{ source('shopify', 'order_line_refund') }}
    union all
    select
        _source_id,
        id,
        refund_id,
        order_line_id,
        quantity,
        subtotal_set_shop_amount as subtotal,
        restock_type,
        _fivetran_synced,
        _file_id,
        _file_row,
        _loaded_at
    from {{ source('shopify', 'gql_order_line_refund') }}
),

refund_versions as (
    select
        _source_id,
        id,
        order_id,
        _fivetran_synced,
        _file_id,
        _file_row
    from {{ source('shopify', 'refund') }}
    union all
    select
        _source_id,
        id,
        order_id,
        _fivetran_synced,
        _file_id,
        _file_row
    from {{ source('shopify', 'gql_refund') }}
),

product_versions as (
    select
        _source_id,
        id,
        product_type,
        updated_at,
        _file_id,
        _file_row
    from {{ source('shopify', 'product') }}
    union all
    select
        _source_id,
        id,
        product_type,
        updated_at,
        _file_id,
        _file_row
    from {{ source('shopify', 'gql_product') }}
),

variant_versions as (
    select
        _source_id,
        id,
        inventory_item_id,
        updated_at,
        _file_id,
        _file_row
    from {{ source('shopify', 'product_variant') }}
    union all
    select
        _source_id,
        id,
        inventory_item_id,
        updated_at,
        _file_id,
        _file_row
    from {{ source('shopify', 'gql_product_variant') }}
),

stock_item_versions as (
    select
        _source_id,
        id,
        unit_cost_amount,
        unit_cost_currency_code,
        _fivetran_synced,
        _file_id,
        _file_row
    from {{ source('shopify', 'inventory_item') }}
    union all
    select
        _source_id,
        id,
        unit_cost_amount,
        unit_cost_currency_code,
        _fivetran_synced,
        _file_id,
        _file_row
    from {{ source('shopify', 'gql_inventory_item') }}
),

order_versions as (
    select
        _source_id,
        id,
        currency,
        updated_at,
        _file_id,
        _file_row
    from {{ source('shopify', 'order') }}
    union all
    select
        _source_id,
        id,
        coalesce(total_price_set_shop_currency_code, currency_code) as currency,
        updated_at,
        _file_id,
        _file_row
    from {{ source('shopify', 'gql_order') }}
),

newest_lines as (
    select * from {{ newest('lines', ['id']) }}
),

refunds as (
    select * from {{ newest('refund_versions', ['id']) }}
),

products as (
    select * from {{ newest('product_versions', ['id'], 'updated_at') }}
),

orders as (
    select * from {{ newest('order_versions', ['id'], 'updated_at') }}
),

unit_costs as (
    select
        variants._source_id,
        variants.id as variant_id,
        stock_items.unit_cost_amount,
        stock_items.unit_cost_currency_code
    from {{ newest('variant_versions', ['id'], 'updated_at') }} as variants
    inner join {{ newest('stock_item_versions', ['id']) }} as stock_items
        on
            variants._source_id = stock_items._source_id
            and variants.inventory_item_id = stock_items.id
),

sold as (
    select
        _source_id,
        id as line_number,
        order_id,
        product_id,
        variant_id,
        product_name,
        quantity,
        unit_price,
        true as has_cost,
        _fivetran_synced,
        is_deleted,
        _file_id,
        _file_row,
        _loaded_at
    from lines
),

returned as (
    select
        refund_lines._source_id,
        refund_lines.order_line_id || ':refund:' || refund_lines.id as line_number,
        -- A refund that arrives before its order line still belongs to some order.
        coalesce(
            newest_lines.order_id, refunds.order_id, 'order_line:' || refund_lines.order_line_id
        ) as order_id,
        newest_lines.product_id,
        newest_lines.variant_id,
        newest_lines.product_name,
        -refund_lines.quantity as quantity,
        coalesce(
            newest_lines.unit_price, refund_lines.subtotal / nullif(refund_lines.quantity, 0), 0
        ) as unit_price,
        -- Goods that did not come back into stock still cost what they cost.
        coalesce(lower(refund_lines.restock_type), 'no_restock') <> 'no_restock' as has_cost,
        refund_lines._fivetran_synced,
        false as is_deleted,
        refund_lines._file_id,
        refund_lines._file_row,
        refund_lines._loaded_at
    from refund_lines
    left join newest_lines
        on
            refund_lines._source_id = newest_lines._source_id
            and refund_lines.order_line_id = newest_lines.id
    left join refunds
        on
            refund_lines._source_id = refunds._source_id
            and refund_lines.refund_id = refunds.id
),

united as (
    select * from sold
    union all
    select * from returned
),

final as (
    select
        united._source_id as source_id,
        cast(united.order_id as varchar) as order_id,
        cast(united.line_number as varchar) as line_number,
        cast(united.product_id as varchar) as product_id,
        cast(united.product_name as varchar) as product_name,
        cast(products.product_type as varchar) as category,
        {{ try_cast('united.quantity', 'decimal(18, 4)') }} as quantity,
        {{ try_cast('united.unit_price', 'decimal(18, 4)') }} as unit_price,
        cast(
            case
                when not united.has_cost then 0
                -- A cost in another currency than the order's would be a wrong margin.
                when
                    unit_costs.unit_cost_currency_code is null
                    or orders.currency is null
                    or upper(unit_costs.unit_cost_currency_code) = upper(orders.currency)
                    then unit_costs.unit_cost_amount
            end as decimal(18, 4)
        ) as unit_cost,
        cast(united._fivetran_synced as timestamp) as updated_at,
        united.is_deleted,
        united._file_id,
        united._file_row,
        united._loaded_at
    from united
    left join products
        on
            united._source_id = products._source_id
            and united.product_id = products.id
    left join unit_costs
        on
            united._source_id = unit_costs._source_id
            and united.variant_id = unit_costs.variant_id
    left join orders
        on
            united._source_id = orders._source_id
            and united.order_id = orders.id
)

select * from final
