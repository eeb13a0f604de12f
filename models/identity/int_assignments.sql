-- Grain: one profile, and the customer it belongs to from now on.
-- Clusters and ids choose each other: the largest claim first, then the largest of those that are left.
{{ config(materialized='table') }}
with recursive members as (
    select
        clusters.cluster,
        profiles.node,
        profiles.source_id,
        profiles.source_record_id,
        last_known.customer_id as previous_customer_id,
        last_known.created_at,
        last_known.rule_id as previous_rule_id,
        coalesce(last_known.is_open, false) as was_open,
        coalesce(last_known.periods, 0) as periods
    from {{ ref('int_clusters') }} as clusters
    inner join {{ ref('int_profiles') }} as profiles
        on clusters.node = profiles.node
    left join {{ ref('int_last_known') }} as last_known
        on
            profiles.source_id = last_known.source_id
            and profiles.source_record_id = last_known.source_record_id
),

-- Records that are there now speak before those that return: who only comes back takes an id from nobody.
claims as (
    select
        cluster,
        previous_customer_id as customer_id,
        created_at,
        count(*) filter (where was_open) as present_records,
        count(*) as records
    from members
    where previous_customer_id is not null
    group by 1, 2, 3
),

counted as (
    select
        *,
        count(*) over (partition by cluster) as claims_of_cluster,
        count(*) over (partition by customer_id) as claims_of_customer
    from claims
),

-- In each round every claim that is the best of its cluster and of its id is granted; what it rivals falls away.
rounds as (
    select
        cluster,
        customer_id,
        created_at,
        present_records,
        records,
        0 as round_number
    from counted
    where claims_of_cluster > 1 or claims_of_customer > 1
    union all
    select
        cluster,
        customer_id,
        created_at,
        present_records,
        records,
        round_number + 1
    from (
        select
            *,
            bool_or(cluster_rank = 1 and customer_rank = 1) over (partition by cluster) as is_cluster_settled,
            bool_or(cluster_rank = 1 and customer_rank = 1) over (partition by customer_id) as is_customer_settled
        from (
            select
                *,
                row_number() over (partition by cluster order by {{ claim_order() }}) as cluster_rank,
                row_number() over (partition by customer_id order by {{ claim_order() }}) as customer_rank
            from rounds
        )
    )
    where not is_cluster_settled and not is_customer_settled
),

ranked as (
    select
        *,
        row_number() over (partition by round_number, cluster order by {{ claim_order() }}) as cluster_rank,
        row_number() over (partition by round_number, customer_id order by {{ claim_order() }}) as customer_rank
    from rounds
),

heirs as (
    select
        cluster,
        customer_id
    from counted
    where claims_of_cluster = 1 and claims_of_customer = 1
    union all
    select
        cluster,
        customer_id
    from ranked
    where cluster_rank = 1 and customer_rank = 1
),

newcomers as (
    select
        members.cluster,
        min(members.source_id || ':' || members.source_record_id) as first_record,
        {{ first_by('members.periods', "members.source_id || ':' || members.source_record_id") }} as periods
    from members
    left join heirs
        on members.cluster = heirs.cluster
    where heirs.cluster is null
    group by 1
),

given as (
    select distinct customer_id
    from (
        {{ registry_before() }}
    ) as history
),

-- An id names no system and no person. It is new whenever its first record gets one: the record has one period more then.
attempts as (
    select
        newcomers.cluster,
        attempts.attempt,
        'c_' || substr({{ hash_hex("newcomers.first_record || '#' || (newcomers.periods + attempts.attempt)") }}, 1, 20) as customer_id
    from newcomers
    cross join (select unnest(range(0, 8)) as attempt) as attempts
),

new_ids as (
    select
        attempts.cluster,
        {{ first_by('attempts.customer_id', 'attempts.attempt') }} as customer_id
    from attempts
    left join given
        on attempts.customer_id = given.customer_id
    where given.customer_id is null
    group by 1
)

select
    members.node,
    members.cluster,
    members.source_id,
    members.source_record_id,
    coalesce(heirs.customer_id, new_ids.customer_id) as customer_id,
    members.previous_customer_id,
    members.previous_rule_id,
    members.was_open,
    not members.was_open
    or members.previous_customer_id != coalesce(heirs.customer_id, new_ids.customer_id) as is_changed
from members
left join heirs
    on members.cluster = heirs.cluster
left join new_ids
    on members.cluster = new_ids.cluster
