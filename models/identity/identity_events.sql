-- Grain: one change of identity: an id created, merged away or split off; a profile absorbed or reassigned.
{{ config(alias='events') }}
with registry as (
    select * from {{ ref('identity_registry') }}
),

given as (
    select
        customer_id,
        min(valid_from) as created_at,
        count(*) filter (where valid_to is null) > 0 as is_live
    from registry
    group by customer_id
),

moves as (
    select
        registry.source_id,
        registry.source_record_id,
        registry.customer_id,
        registry.valid_from as occurred_at,
        registry.run_id,
        given.created_at,
        predecessor.customer_id as previous_customer_id,
        predecessor_id.died_at
    from registry
    inner join given
        on registry.customer_id = given.customer_id
    left join registry as predecessor
        on
            registry.source_id = predecessor.source_id
            and registry.source_record_id = predecessor.source_record_id
            and registry.valid_from = predecessor.valid_to
    left join {{ ref('int_customer_deaths') }} as predecessor_id
        on predecessor.customer_id = predecessor_id.customer_id
),

created as (
    select
        case when max(previous_customer_id) is null then 'created' else 'split' end as event_type,
        customer_id,
        max(previous_customer_id) as other_customer_id,
        cast(null as varchar) as source_id,
        cast(null as varchar) as source_record_id,
        occurred_at,
        min(run_id) as run_id,
        case
            when max(previous_customer_id) is null then 'first seen with ' || count(*) || ' profile(s)'
            else count(*) || ' profile(s) no longer belong with the rest'
        end as reason
    from moves
    where occurred_at = created_at
    group by customer_id, occurred_at
),

absorbed as (
    select
        'absorbed' as event_type,
        customer_id,
        cast(null as varchar) as other_customer_id,
        source_id,
        source_record_id,
        occurred_at,
        run_id,
        'a new profile of a known customer' as reason
    from moves
    where occurred_at > created_at and previous_customer_id is null
),

merged as (
    select
        'merged' as event_type,
        customer_id,
        successor_id as other_customer_id,
        cast(null as varchar) as source_id,
        cast(null as varchar) as source_record_id,
        died_at as occurred_at,
        run_id,
        records || ' profile(s) now belong to the other customer' as reason
    from {{ ref('int_customer_deaths') }}
    where successor_id is not null
),

reassigned as (
    select
        'reassigned' as event_type,
        customer_id,
        previous_customer_id as other_customer_id,
        source_id,
        source_record_id,
        occurred_at,
        run_id,
        'the profile moved between two living customers' as reason
    from moves
    where
        previous_customer_id is not null
        and occurred_at > created_at
        and (died_at is null or died_at > occurred_at)
),

final as (
    select * from created
    union all
    select * from absorbed
    union all
    select * from merged
    union all
    select * from reassigned
)

select
    {{ hash_hex("event_type || customer_id || coalesce(source_id || source_record_id, '') || cast(occurred_at as varchar)") }} as event_id,
    event_type,
    customer_id,
    other_customer_id,
    source_id,
    source_record_id,
    occurred_at,
    run_id,
    reason
from final
