-- Grain: one pair of profiles that one rule would join: all pairs of a small group, each member with the first of a large one.
{{ config(materialized='table') }}
{%- set all_pairs_up_to = 30 %}
with groups as (
    select
        rule_id,
        group_value,
        nodes
    from {{ ref('int_rule_groups') }}
    where suppressed_reason is null
),

members as (
    select
        rule_id,
        group_value,
        nodes,
        unnest(nodes) as node
    from groups
),

spread as (
    select
        rule_id,
        group_value,
        node as node_1,
        unnest(case when len(nodes) <= {{ all_pairs_up_to }} or node = nodes[1] then nodes else [] end) as node_2
    from members
)

select
    rule_id,
    group_value,
    node_1,
    node_2
from spread
where node_1 < node_2
