-- Grain: one validity period of one customer id; the open period of a live customer has no `valid_to`.
select
    customers.customer_id,
    customers.created_at as valid_from,
    deaths.died_at as valid_to,
    customers.is_live as is_current,
    customers.merged_into,
    dim_customer.party_type,
    dim_customer.display_name,
    dim_customer.email,
    dim_customer.phone,
    dim_customer.birth_date,
    dim_customer.city,
    dim_customer.country
from {{ ref('customers') }} as customers
left join {{ ref('dim_customer') }} as dim_customer
    on customers.customer_id = dim_customer.customer_id
left join {{ ref('int_customer_deaths') }} as deaths
    on customers.customer_id = deaths.customer_id
