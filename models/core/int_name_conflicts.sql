-- Grain: one customer whose profiles name two persons. A nickname, another script, given and family name exchanged, an
-- initial: none of these contradicts.
{{ config(meta={'compared': ['customer_id']}) }}
with names as (
    select
        crosswalk.customer_id,
        least(features.given_root, features.family) || ' ' || greatest(features.given_root, features.family) as name
    from {{ ref('int_match_features') }} as features
    inner join {{ ref('int_profiles') }} as profiles
        on features.node = profiles.node
    inner join {{ ref('crosswalk') }} as crosswalk
        on
            profiles.source_id = crosswalk.source_id
            and profiles.source_record_id = crosswalk.source_record_id
    where crosswalk.cluster_size > 1 and length(features.given_root) > 1 and length(features.family) > 1
)

select customer_id
from names
group by customer_id
having min(name) != max(name)
