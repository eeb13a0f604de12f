-- Grain: one version of one checkout of one shop that was begun and left.
with checkouts as (
    select
        _source_id,
        id,
        customer_id,
        email,
        coalesce(phone, billing_address_phone) as phone,
        created_at,
        updated_at,
        completed_at,
        _fivetran_deleted,
        _file_id,
        _file_row,
        _loaded_at
    from {{ source('shopify', 'abandoned_checkout') }}
    union all
    select
        _source_id,
        id,
        customer_id,
        email,
        coalesce(phone, billing_address_phone) as phone,
        created_at,
        updated_at,
        completed_at,
        _fivetran_deleted,
        _file_id,
        _file_row,
        _loaded_at
    from {{ source('shopify', 'gql_abandoned_checkout') }}
),

final as (
    select
        _source_id as source_id,
        cast('checkout:' || id as varchar) as interaction_id,
        cast(customer_id as varchar) as customer_ref,
        cast(email as varchar) as email,
        cast(phone as varchar) as phone,
        cast('web' as varchar) as channel,
        cast('inbound' as varchar) as direction,
        cast(created_at as timestamp) as started_at,
        cast(completed_at as timestamp) as ended_at,
        cast('checkout' as varchar) as topic,
        completed_at is null as is_abandoned,
        cast(case when completed_at is null then 'abandoned' else 'completed' end as varchar)
            as outcome,
        cast(updated_at as timestamp) as updated_at,
        coalesce(_fivetran_deleted, false) as is_deleted,
        _file_id,
        _file_row,
        _loaded_at
    from checkouts
)

select * from final
