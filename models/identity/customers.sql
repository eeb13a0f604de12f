-- Grain: one customer id ever given.
with recursive given as (
    select
        customer_id,
        min(valid_from) as created_at,
        count(*) filter (where valid_to is null) > 0 as is_live
    from {{ ref('identity_registry') }}
    group by customer_id
),

-- A survivor may be merged away itself later: an old id always leads to the one that is alive.
trail as (
    select
        customer_id,
        successor_id,
        1 as steps
    from {{ ref('int_customer_deaths') }}
    where successor_id is not null
    union all
    select
        trail.customer_id,
        deaths.successor_id,
        trail.steps + 1
    from trail
    inner join {{ ref('int_customer_deaths') }} as deaths
        on trail.successor_id = deaths.customer_id
    where deaths.successor_id is not null
),

ends as (
    select
        customer_id,
        successor_id
    from trail
    qualify row_number() over (partition by customer_id order by steps desc) = 1
)

select
    given.customer_id,
    given.is_live,
    ends.successor_id as merged_into,
    given.created_at
from given
left join ends
    on given.customer_id = ends.customer_id
