-- Grain: one contact that was merged away, with the contact that stands for it today.
-- HubSpot tells of merges in an audit table and in two properties of the survivor; a survivor may
-- itself have been merged later, so the chain is followed to its end.
with recursive audited as (
    select
        _source_id as source_id,
        vid_to_merge as merged_id,
        canonical_vid as surviving_id
    from {{ source('hubspot', 'contact_merge_audit') }}
),

listed as (
    select
        _source_id as source_id,
        {{ split_to_rows('property_hs_merged_object_ids', ';') }} as merged_id,
        id as surviving_id
    from {{ source('hubspot', 'contact') }}
    where property_hs_merged_object_ids is not null
),

calculated as (
    select
        _source_id as source_id,
        {{ split_to_rows('property_hs_calculated_merged_vids', ';') }} as merged_id_and_time,
        id as surviving_id
    from {{ source('hubspot', 'contact') }}
    where property_hs_calculated_merged_vids is not null
),

united as (
    select * from audited
    union all
    select * from listed
    union all
    select
        source_id,
        split_part(merged_id_and_time, ':', 1) as merged_id,
        surviving_id
    from calculated
),

merges as (
    select distinct
        source_id,
        trim(merged_id) as merged_id,
        trim(surviving_id) as surviving_id
    from united
    where trim(merged_id) <> '' and trim(merged_id) <> trim(surviving_id)
),

chains as (
    select
        source_id,
        merged_id,
        surviving_id,
        1 as steps
    from merges
    union all
    select
        chains.source_id,
        chains.merged_id,
        merges.surviving_id,
        chains.steps + 1 as steps
    from chains
    inner join merges
        on
            chains.source_id = merges.source_id
            and chains.surviving_id = merges.merged_id
    -- Two contacts that name each other must not turn in a circle for ever.
    where chains.steps < 20
),

ends as (
    select chains.*
    from chains
    left join merges
        on
            chains.source_id = merges.source_id
            and chains.surviving_id = merges.merged_id
    where merges.merged_id is null
),

final as (
    select
        source_id,
        merged_id,
        min(surviving_id) as surviving_id
    from ends
    group by source_id, merged_id
)

select * from final
