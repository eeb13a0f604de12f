-- Grain: one customer id ever given.
{{ config(meta={'compared': ['customer_id', 'is_live', 'merged_into', 'created_at']}) }}
with given as (
    select
        customer_id,
        min(valid_from) as created_at,
        count(*) filter (where valid_to is null) > 0 as is_live
    from {{ ref('identity_registry') }}
    group by customer_id
),

survivors as (
    {{ customer_survivors(ref('int_customer_deaths')) }}
)

select
    given.customer_id,
    given.is_live,
    survivors.survivor_id as merged_into,
    given.created_at
from given
left join survivors
    on given.customer_id = survivors.customer_id
