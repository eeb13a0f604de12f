-- Grain: one version of one customer of one shop, in either layout.
with rest_addresses as (
    select
        *,
        coalesce(is_default, false) as is_main
    from {{ newest(source('shopify', 'customer_address'), ['id']) }}
),

graphql_addresses as (
    select
        *,
        coalesce(is_default, false) as is_main
    from {{ newest(source('shopify', 'gql_customer_address'), ['id']) }}
),

customers as (
    select
        _source_id,
        id,
        first_name,
        last_name,
        email,
        phone,
        created_at,
        updated_at,
        _fivetran_deleted,
        _file_id,
        _file_row,
        _loaded_at
    from {{ source('shopify', 'customer') }}
    union all
    select
        _source_id,
        id,
        first_name,
        last_name,
        email,
        phone,
        created_at,
        updated_at,
        _fivetran_deleted,
        _file_id,
        _file_row,
        _loaded_at
    from {{ source('shopify', 'gql_customer') }}
),

addresses as (
    select
        _source_id,
        customer_id,
        id,
        address_1,
        address_2,
        city,
        province,
        zip,
        coalesce(country_code, country) as country,
        company,
        is_main
    from rest_addresses
    union all
    select
        _source_id,
        customer_id,
        id,
        address_1,
        address_2,
        city,
        province,
        zip,
        coalesce(country_code, country) as country,
        company,
        is_main
    from graphql_addresses
),

main_addresses as (
    select
        *,
        row_number() over (
            partition by _source_id, customer_id order by is_main desc, id desc
        ) as preference
    from addresses
),

final as (
    select
        customers._source_id as source_id,
        cast(customers.id as varchar) as source_record_id,
        cast(null as varchar) as party_type,
        cast(customers.first_name as varchar) as given_name,
        cast(customers.last_name as varchar) as family_name,
        cast(customers.email as varchar) as email,
        cast(customers.phone as varchar) as phone,
        cast(
            nullif(concat_ws(', ', main_addresses.address_1, main_addresses.address_2), '')
            as varchar
        ) as address_line,
        cast(main_addresses.city as varchar) as city,
        cast(main_addresses.province as varchar) as region,
        cast(main_addresses.zip as varchar) as postal_code,
        cast(main_addresses.country as varchar) as country,
        cast(main_addresses.company as varchar) as company,
        cast(customers.created_at as timestamp) as created_at,
        cast(customers.updated_at as timestamp) as updated_at,
        coalesce(customers._fivetran_deleted, false) as is_deleted,
        customers._file_id,
        customers._file_row,
        customers._loaded_at
    from customers
    left join main_addresses
        on
            customers._source_id = main_addresses._source_id
            and customers.id = main_addresses.customer_id
            and main_addresses.preference = 1
)

select * from final
