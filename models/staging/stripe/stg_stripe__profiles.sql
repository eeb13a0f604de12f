-- Grain: one version of one customer of one Stripe account.
with customers as (
    select * from {{ source('stripe', 'customer') }}
),

final as (
    select
        _source_id as source_id,
        cast(id as varchar) as source_record_id,
        cast(null as varchar) as party_type,
        cast(name as varchar) as full_name,
        cast(email as varchar) as email,
        cast(phone as varchar) as phone,
        cast(nullif(concat_ws(', ', address_line_1, address_line_2), '') as varchar)
            as address_line,
        cast(address_city as varchar) as city,
        cast(address_state as varchar) as region,
        cast(address_postal_code as varchar) as postal_code,
        cast(address_country as varchar) as country,
        cast(created as timestamp) as created_at,
        cast(_fivetran_synced as timestamp) as updated_at,
        -- Objects of the test mode never were customers.
        coalesce(is_deleted, false) or not coalesce(livemode, true) as is_deleted,
        _file_id,
        _file_row,
        _loaded_at
    from customers
)

select * from final
