-- Grain: one accepted edge: two profiles of one customer that one rule joins, or that the model finds likely to be one.
with edges as (
    select * from {{ ref('int_edges') }}
),

profiles as (
    select * from {{ ref('int_profiles') }}
),

words as (
    {{ agreement_words() }}
)

select
    edges.rule_id,
    first_profile.source_id as source_id_1,
    first_profile.source_record_id as source_record_id_1,
    second_profile.source_id as source_id_2,
    second_profile.source_record_id as source_record_id_2,
    case
        when edges.rule_id = 'model' then round(1 / (1 + power(2, -edges.match_weight)), 6)
        else cast(1 as double)
    end as probability,
    concat_ws(
        ': ',
        coalesce(rules.description, 'Alike in what both tell'),
        {{ agreement('scores', 'words') }}
    ) as explanation
from edges
cross join words
left join {{ ref('int_pair_scores') }} as scores
    on
        edges.node_1 = scores.node_1
        and edges.node_2 = scores.node_2
inner join profiles as first_profile
    on edges.node_1 = first_profile.node
inner join profiles as second_profile
    on edges.node_2 = second_profile.node
left join {{ ref('identity_rules') }} as rules
    on edges.rule_id = rules.rule_id
