-- Grain: one accepted edge between two profiles by one rule: each member of a group to its first.
{{ config(materialized='table') }}
with spread as (
    select
        rule_id,
        group_value,
        nodes[1] as node_1,
        unnest(nodes) as node_2
    from {{ ref('int_rule_groups') }}
    where suppressed_reason is null
)

select
    rule_id,
    group_value,
    node_1,
    node_2
from spread
where node_1 != node_2
