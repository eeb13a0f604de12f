-- Grain: one change of identity: an id created, merged away or split off; a profile absorbed, reassigned or removed.
{{ config(alias='events') }}
with registry as (
    select * from {{ ref('identity_registry') }}
),

given as (
    select
        customer_id,
        min(valid_from) as created_at
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
        registry.rule_id,
        registry.reason,
        given.created_at,
        predecessor.customer_id as previous_customer_id,
        deaths.died_at,
        deaths.successor_id
    from registry
    inner join given
        on registry.customer_id = given.customer_id
    left join registry as predecessor
        on
            registry.source_id = predecessor.source_id
            and registry.source_record_id = predecessor.source_record_id
            and registry.valid_from = predecessor.valid_to
    left join {{ ref('int_customer_deaths') }} as deaths
        on predecessor.customer_id = deaths.customer_id
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
        {{ joined_text('distinct rule_id', "', '", 'rule_id') }} as rule_id,
        case
            when max(previous_customer_id) is not null then count(*) || ' profile(s) no longer belong with the rest'
            else 'first seen with ' || count(*) || ' profile(s)'
        end
        || coalesce('; ' || case
            when max(previous_customer_id) is not null then min(reason) filter (where previous_customer_id is not null)
            when count(*) > 1 then min(reason) filter (where rule_id is not null)
        end, '') as reason
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
        rule_id,
        coalesce(reason, 'a new profile of a known customer') as reason
    from moves
    where occurred_at > created_at and previous_customer_id is null
),

merged as (
    select
        'merged' as event_type,
        previous_customer_id as customer_id,
        customer_id as other_customer_id,
        cast(null as varchar) as source_id,
        cast(null as varchar) as source_record_id,
        occurred_at,
        min(run_id) as run_id,
        {{ joined_text('distinct rule_id', "', '", 'rule_id') }} as rule_id,
        count(*) || ' profile(s) now belong to the other customer' || coalesce('; ' || min(reason), '') as reason
    from moves
    where died_at = occurred_at and successor_id = customer_id
    group by customer_id, previous_customer_id, occurred_at
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
        rule_id,
        'the profile moved between two customers' || coalesce('; ' || reason, '') as reason
    from moves
    where
        previous_customer_id is not null
        and occurred_at > created_at
        and (died_at is distinct from occurred_at or successor_id is distinct from customer_id)
),

-- Who ends no other period at that moment is gone.
removed as (
    select
        'removed' as event_type,
        registry.customer_id,
        cast(null as varchar) as other_customer_id,
        registry.source_id,
        registry.source_record_id,
        registry.valid_to as occurred_at,
        registry.end_run_id as run_id,
        cast(null as varchar) as rule_id,
        'the profile was deleted, or is no longer delivered' as reason
    from registry
    left join registry as onward
        on
            registry.source_id = onward.source_id
            and registry.source_record_id = onward.source_record_id
            and registry.valid_to = onward.valid_from
    where registry.valid_to is not null and onward.customer_id is null
),

final as (
    select * from created
    union all
    select * from absorbed
    union all
    select * from merged
    union all
    select * from reassigned
    union all
    select * from removed
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
    rule_id,
    reason
from final
