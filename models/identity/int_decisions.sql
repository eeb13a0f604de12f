-- Grain: one pair of known profiles that a steward decided about, with the newest decision; node_1 < node_2.
{{ config(materialized='table') }}
with newest as (
    select *
    from {{ ref('decision_registry') }}
    where refused_reason is null and withdrawn_at is null
    -- Of one instant the row further down counts, and where even that is equal the one that parts: a false merge is worse.
    qualify row_number() over (
        partition by source_id_1, source_record_id_1, source_id_2, source_record_id_2
        order by decided_at desc, file_position desc nulls last, decision desc, decision_id
    ) = 1
)

select
    least(first_profile.node, second_profile.node) as node_1,
    greatest(first_profile.node, second_profile.node) as node_2,
    newest.decision,
    newest.decision_id,
    newest.decided_at,
    newest.decided_by,
    newest.reason
from newest
inner join {{ ref('int_profiles') }} as first_profile
    on
        newest.source_id_1 = first_profile.source_id
        and newest.source_record_id_1 = first_profile.source_record_id
inner join {{ ref('int_profiles') }} as second_profile
    on
        newest.source_id_2 = second_profile.source_id
        and newest.source_record_id_2 = second_profile.source_record_id
