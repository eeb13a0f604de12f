-- Every day of a customer has one answer, and today's is the golden record.
{%- set known = ['party_type', 'display_name'] + golden_attributes()[1:] %}
with periods as (
    select
        customer_id,
        valid_from,
        valid_to,
        is_current,
        lead(valid_from) over (partition by customer_id order by valid_from) as next_from,
        {{ row_hash(known) }} as said_hash
    from {{ ref('dim_customer_history') }}
),

customers as (
    select
        customers.customer_id,
        customers.is_live,
        dim_customer.customer_id is not null as is_told,
        {{ row_hash(known) }} as said_hash
    from {{ ref('customers') }} as customers
    left join {{ ref('dim_customer') }} as dim_customer
        on customers.customer_id = dim_customer.customer_id
)

select
    customer_id,
    'a gap, an overlap or no time at all' as problem
from periods
where
    valid_from is null
    or valid_from >= valid_to
    or (next_from is not null and valid_to is distinct from next_from)
union all
select
    customers.customer_id,
    'not one current period that is the golden record' as problem
from customers
left join periods
    on
        customers.customer_id = periods.customer_id
        and periods.is_current
        and periods.valid_to is null
where
    customers.is_live != (periods.customer_id is not null)
    or (customers.is_live and (not customers.is_told or customers.said_hash != periods.said_hash))
union all
select
    customers.customer_id,
    'no period' as problem
from customers
left join periods
    on customers.customer_id = periods.customer_id
where periods.customer_id is null
