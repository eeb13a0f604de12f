-- Grain: one version of one order of one shop, in either layout. Amounts are those of the shop's
-- books; the total stays what it was when ordered: refunds are payments, returned goods are
-- negative lines.
with shipping_charges as (
    select
        _source_id,
        order_id,
        sum(price) as shipping_amount
    from {{ newest(source('shopify', 'order_shipping_line'), ['id']) }}
    group by _source_id, order_id
),

orders as (
    select
        rest._source_id,
        rest.id,
        rest.customer_id,
        rest.email,
        coalesce(rest.phone, rest.billing_address_phone) as phone,
        coalesce(rest.processed_at, rest.created_at) as ordered_at,
        rest.financial_status,
        rest.source_name,
        rest.currency,
        rest.total_line_items_price as gross_amount,
        rest.total_discounts as discount_amount,
        rest.total_tax as tax_amount,
        shipping_charges.shipping_amount,
        rest.total_price as total_amount,
        rest.cancelled_at,
        rest.updated_at,
        coalesce(rest._fivetran_deleted, false) or coalesce(rest.test, false) as is_deleted,
        rest._file_id,
        rest._file_row,
        rest._loaded_at
    from {{ source('shopify', 'order') }} as rest
    left join shipping_charges
        on
            rest._source_id = shipping_charges._source_id
            and rest.id = shipping_charges.order_id
    union all
    select
        _source_id,
        id,
        customer_id,
        email,
        coalesce(phone, billing_address_phone) as phone,
        coalesce(processed_at, created_at) as ordered_at,
        display_financial_status as financial_status,
        source_name,
        coalesce(total_price_set_shop_currency_code, currency_code) as currency,
        cast(subtotal_price_set_shop_amount as decimal(38, 4))
        + coalesce(total_discounts_set_shop_amount, 0) as gross_amount,
        total_discounts_set_shop_amount as discount_amount,
        total_tax_set_shop_amount as tax_amount,
        total_shipping_price_set_shop_amount as shipping_amount,
        total_price_set_shop_amount as total_amount,
        cancelled_at,
        updated_at,
        coalesce(_fivetran_deleted, false) or coalesce(test, false) as is_deleted,
        _file_id,
        _file_row,
        _loaded_at
    from {{ source('shopify', 'gql_order') }}
),

shipments as (
    select
        _source_id,
        id,
        order_id,
        status,
        created_at
    from {{ newest(source('shopify', 'fulfillment'), ['id'], 'updated_at') }}
    union all
    select
        _source_id,
        id,
        order_id,
        status,
        created_at
    from {{ newest(source('shopify', 'gql_fulfillment'), ['id'], 'updated_at') }}
),

shipped as (
    select
        _source_id,
        order_id,
        min(created_at) as shipped_at
    from shipments
    -- Open and pending shipments are only planned.
    where lower(status) = 'success'
    group by _source_id, order_id
),

shipment_events as (
    select
        _source_id,
        id,
        fulfillment_id,
        order_id,
        status,
        happened_at,
        estimated_delivery_at
    from {{ newest(source('shopify', 'fulfillment_event'), ['id'], deleted='_fivetran_deleted') }}
    union all
    select
        _source_id,
        id,
        fulfillment_id,
        cast(null as varchar) as order_id,
        status,
        happened_at,
        estimated_delivery_at
    from {{ newest(
        source('shopify', 'gql_fulfillment_event'), ['id'], deleted='_fivetran_deleted'
    ) }}
),

deliveries as (
    select
        shipment_events._source_id,
        coalesce(shipment_events.order_id, shipments.order_id) as order_id,
        -- The first promise counts, later estimates only follow the delay.
        min(shipment_events.estimated_delivery_at) as promised_at,
        max(
            case
                when lower(shipment_events.status) = 'delivered' then shipment_events.happened_at
            end
        ) as delivered_at
    from shipment_events
    left join shipments
        on
            shipment_events._source_id = shipments._source_id
            and shipment_events.fulfillment_id = shipments.id
    group by shipment_events._source_id, coalesce(shipment_events.order_id, shipments.order_id)
),

campaigns as (
    select
        _source_id,
        order_id,
        max(value) as campaign_id
    from {{ newest(source('shopify', 'order_url_tag'), ['order_id', 'key']) }}
    where key = 'utm_campaign'
    group by _source_id, order_id
),

final as (
    select
        orders._source_id as source_id,
        cast(orders.id as varchar) as order_id,
        cast(orders.customer_id as varchar) as customer_ref,
        cast(orders.email as varchar) as email,
        cast(orders.phone as varchar) as phone,
        cast(orders.ordered_at as timestamp) as ordered_at,
        cast(
            case
                when orders.cancelled_at is not null then 'cancelled'
                else lower(orders.financial_status)
            end as varchar
        ) as status,
        cast(
            case
                when lower(orders.source_name) in ('web', 'online', 'online_store') then 'web'
                when lower(orders.source_name) in ('pos', 'point_of_sale') then 'branch'
                when lower(orders.source_name) in ('android', 'iphone', 'app') then 'app'
                else lower(orders.source_name)
            end as varchar
        ) as channel,
        cast(upper(orders.currency) as varchar) as currency,
        {{ try_cast('orders.gross_amount', 'decimal(18, 4)') }} as gross_amount,
        cast(orders.discount_amount as decimal(18, 4)) as discount_amount,
        cast(orders.tax_amount as decimal(18, 4)) as tax_amount,
        {{ try_cast('orders.shipping_amount', 'decimal(18, 4)') }} as shipping_amount,
        cast(orders.total_amount as decimal(18, 4)) as total_amount,
        cast(deliveries.promised_at as timestamp) as promised_at,
        cast(shipped.shipped_at as timestamp) as shipped_at,
        cast(deliveries.delivered_at as timestamp) as delivered_at,
        cast(orders.cancelled_at as timestamp) as cancelled_at,
        cast(campaigns.campaign_id as varchar) as campaign_id,
        cast(orders.updated_at as timestamp) as updated_at,
        orders.is_deleted,
        orders._file_id,
        orders._file_row,
        orders._loaded_at
    from orders
    left join shipped
        on
            orders._source_id = shipped._source_id
            and orders.id = shipped.order_id
    left join deliveries
        on
            orders._source_id = deliveries._source_id
            and orders.id = deliveries.order_id
    left join campaigns
        on
            orders._source_id = campaigns._source_id
            and orders.id = campaigns.order_id
)

select * from final
