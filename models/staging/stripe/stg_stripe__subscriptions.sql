-- Grain: one version of one subscription of one Stripe account, from whichever of the two tables
-- came.
with subscriptions as (
    select
        _source_id,
        id,
        customer_id,
        status,
        start_date,
        created,
        ended_at,
        canceled_at,
        cancellation_details_feedback,
        cancellation_details_reason,
        livemode,
        _fivetran_synced as updated_at,
        _file_id,
        _file_row,
        _loaded_at
    from {{ source('stripe', 'subscription') }}
    union all
    select
        _source_id,
        id,
        customer_id,
        status,
        start_date,
        created,
        ended_at,
        canceled_at,
        cancellation_details_feedback,
        cancellation_details_reason,
        livemode,
        -- A closed period must never win over the running one, whenever it was delivered.
        case when coalesce(_fivetran_active, true) then _fivetran_synced else _fivetran_start end
            as updated_at,
        _file_id,
        _file_row,
        _loaded_at
    from {{ source('stripe', 'subscription_history') }}
),

items as (
    select * from {{ newest(
        source('stripe', 'subscription_item'), ['id'], deleted='_fivetran_deleted'
    ) }}
),

products as (
    select * from {{ newest(source('stripe', 'product'), ['id']) }}
),

plan_versions as (
    select
        _source_id,
        id,
        amount,
        currency,
        {{ adapter.quote('interval') }} as interval_unit,
        interval_count,
        nickname,
        product_id,
        _fivetran_synced,
        _file_id,
        _file_row
    from {{ source('stripe', 'plan') }}
    union all
    select
        _source_id,
        id,
        unit_amount as amount,
        currency,
        recurring_interval as interval_unit,
        recurring_interval_count as interval_count,
        nickname,
        product_id,
        _fivetran_synced,
        _file_id,
        _file_row
    from {{ source('stripe', 'price') }}
),

plans as (
    select * from {{ newest('plan_versions', ['id']) }}
),

subscription_plans as (
    select
        items._source_id,
        items.subscription_id,
        {{ joined_text(
            'coalesce(plans.nickname, products.name, items.price_id, items.plan_id)',
            "', '",
            'items.id'
        ) }} as plan,
        sum(
            cast(coalesce(items.quantity, 1) as double)
            * {{ major_units('plans.amount', 'plans.currency') }}
            / {{ interval_months('plans.interval_unit', 'plans.interval_count') }}
        ) as monthly_amount,
        min(upper(plans.currency)) as currency
    from items
    left join plans
        on
            items._source_id = plans._source_id
            and coalesce(items.price_id, items.plan_id) = plans.id
    left join products
        on
            plans._source_id = products._source_id
            and plans.product_id = products.id
    group by items._source_id, items.subscription_id
),

final as (
    select
        subscriptions._source_id as source_id,
        cast(subscriptions.id as varchar) as subscription_id,
        cast(subscriptions.customer_id as varchar) as customer_ref,
        cast(subscription_plans.plan as varchar) as plan,
        cast(coalesce(subscriptions.start_date, subscriptions.created) as timestamp) as started_at,
        cast(
            case
                when lower(subscriptions.status) in ('canceled', 'incomplete_expired')
                    then coalesce(subscriptions.ended_at, subscriptions.canceled_at)
                else subscriptions.ended_at
            end as timestamp
        ) as ended_at,
        {{ try_cast('subscription_plans.monthly_amount', 'decimal(18, 4)') }} as monthly_amount,
        cast(subscription_plans.currency as varchar) as currency,
        cast(lower(subscriptions.status) as varchar) as status,
        cast(
            coalesce(
                subscriptions.cancellation_details_feedback,
                subscriptions.cancellation_details_reason
            ) as varchar
        ) as cancel_reason,
        cast(subscriptions.updated_at as timestamp) as updated_at,
        not coalesce(subscriptions.livemode, true) as is_deleted,
        subscriptions._file_id,
        subscriptions._file_row,
        subscriptions._loaded_at
    from subscriptions
    left join subscription_plans
        on
            subscriptions._source_id = subscription_plans._source_id
            and subscriptions.id = subscription_plans.subscription_id
)

select * from final
