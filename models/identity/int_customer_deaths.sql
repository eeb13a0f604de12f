-- Grain: one customer id that no profile has any more, and the id its records went to when it ended.
{{ config(materialized='table') }}
with registry as (
    select * from {{ ref('identity_registry') }}
),

dead as (
    select
        customer_id,
        max(valid_to) as died_at
    from registry
    group by customer_id
    having count(*) filter (where valid_to is null) = 0
),

moves as (
    select
        dead.customer_id,
        dead.died_at,
        successor.customer_id as successor_id,
        min(successor.run_id) as run_id,
        count(*) as records
    from dead
    inner join registry as predecessor
        on
            dead.customer_id = predecessor.customer_id
            and dead.died_at = predecessor.valid_to
    inner join registry as successor
        on
            predecessor.source_id = successor.source_id
            and predecessor.source_record_id = successor.source_record_id
            and predecessor.valid_to = successor.valid_from
    group by 1, 2, 3
)

select
    dead.customer_id,
    dead.died_at,
    moves.successor_id,
    moves.run_id,
    coalesce(moves.records, 0) as records
from dead
left join moves
    on dead.customer_id = moves.customer_id
qualify row_number() over (partition by dead.customer_id order by moves.records desc nulls last, moves.successor_id) = 1
