-- Grain: one group of attributes and one source: by which rule values win, and which place the source has.
{{ config(meta={'compared': ['attribute_group', 'source_id', 'strategy', 'min_agreement', 'source_place']}) }}
{{- check_survivorship_rules() }}
with rules as (
    select distinct
        attribute_group,
        strategy,
        source_order,
        min_agreement
    from {{ ref('survivorship_rules') }}
),

delivered as (
    select distinct source_id from {{ ref('int_profile_states') }}
)

select
    rules.attribute_group,
    delivered.source_id,
    rules.strategy,
    rules.min_agreement,
    -- A source that nobody placed comes after those that somebody did.
    coalesce(
        {{ position_in_text('rules.source_order', '>', 'delivered.source_id') }},
        1000 + coalesce(sources.trust_tier, 5)
    ) as source_place,
    -- Numbers for the names, in their order.
    dense_rank() over (order by rules.attribute_group) as group_place,
    dense_rank() over (order by delivered.source_id) as source_rank
from rules
cross join delivered
left join {{ ref('sources') }} as sources
    on delivered.source_id = sources.source_id
