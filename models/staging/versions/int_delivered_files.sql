-- Grain: one loaded file of a source that delivers everything each time, with the delivery that last held it and the newest.
-- A full delivery that does not hold a key any more deletes it, also when it holds no row at all. Each table is a
-- delivery of its own: one that arrives alone says nothing about the rows of another.
{{ config(materialized='table') }}
with full_files as (
    select
        files.source_id,
        files.table_name,
        files.file_id,
        files.status,
        files.content_hash,
        coalesce(files.delivered_at, files.loaded_at) as delivered_at,
        -- What was refused or waited may have been loaded since.
        max(case when files.status = 'loaded' then 1 else 0 end) over (
            partition by
                files.source_id, files.table_name, files.file_name,
                coalesce(files.delivered_at, files.loaded_at)
        ) as is_in
    from {{ source('state', 'files') }} as files
    inner join {{ ref('sources') }} as sources
        on files.source_id = sources.source_id
    where sources.delivery = 'full'
),

-- Bytes that are all known are no delivery; one of which a file is missing deletes nothing.
full_deliveries as (
    select
        source_id,
        table_name,
        delivered_at,
        count(*) filter (where status in ('refused', 'waiting') and is_in = 0) = 0 as is_whole
    from full_files
    group by source_id, table_name, delivered_at
    having count(*) filter (where status = 'loaded') > 0
),

newest_deliveries as (
    select
        source_id,
        table_name,
        max(delivered_at) as delivered_at
    from full_deliveries
    where is_whole
    group by source_id, table_name
),

-- Files that came again unchanged, beside new ones, are part of that delivery too.
final as (
    select
        loaded.file_id,
        newest_deliveries.delivered_at as newest_at,
        max(again.delivered_at) as present_at
    from full_files as loaded
    inner join full_files as again
        on
            loaded.source_id = again.source_id
            and loaded.table_name = again.table_name
            and loaded.content_hash = again.content_hash
    inner join full_deliveries
        on
            again.source_id = full_deliveries.source_id
            and again.table_name = full_deliveries.table_name
            and again.delivered_at = full_deliveries.delivered_at
    inner join newest_deliveries
        on
            loaded.source_id = newest_deliveries.source_id
            and loaded.table_name = newest_deliveries.table_name
    where
        loaded.status = 'loaded'
        and again.status in ('loaded', 'duplicate')
    group by loaded.file_id, newest_deliveries.delivered_at
)

select * from final
