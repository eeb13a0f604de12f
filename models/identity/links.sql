-- Grain: one accepted edge: two profiles that one rule joins.
with edges as (
    select * from {{ ref('int_edges') }}
),

profiles as (
    select * from {{ ref('int_profiles') }}
)

select
    edges.rule_id,
    first_profile.source_id as source_id_1,
    first_profile.source_record_id as source_record_id_1,
    second_profile.source_id as source_id_2,
    second_profile.source_record_id as source_record_id_2,
    cast(1 as double) as probability,
    rules.description
    || ': ' || first_profile.source_id || ' ' || first_profile.source_record_id
    || ' and ' || second_profile.source_id || ' ' || second_profile.source_record_id as explanation
from edges
inner join profiles as first_profile
    on edges.node_1 = first_profile.node
inner join profiles as second_profile
    on edges.node_2 = second_profile.node
inner join {{ ref('identity_rules') }} as rules
    on edges.rule_id = rules.rule_id
