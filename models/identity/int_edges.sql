-- Grain: one accepted edge: a pair inside one cluster that a rule joins, or that the model finds likely.
{{ config(materialized='table') }}
with clusters as (
    select * from {{ ref('int_clusters') }}
),

evidence as (
    select * from {{ ref('int_evidence') }}
    where weight > 0
),

inside as (
    select evidence.*
    from evidence
    inner join clusters as first_cluster
        on evidence.node_1 = first_cluster.node
    inner join clusters as second_cluster
        on evidence.node_2 = second_cluster.node
    where first_cluster.cluster = second_cluster.cluster
)

select
    'model' as rule_id,
    node_1,
    node_2,
    match_weight
from inside
where match_weight > 0
union all
select
    rules.rule_id,
    rules.node_1,
    rules.node_2,
    inside.match_weight
from {{ ref('int_rule_edges') }} as rules
inner join inside
    on
        rules.node_1 = inside.node_1
        and rules.node_2 = inside.node_2
