-- Grain: one version of one directory contact that wants no more surveys.
with contacts as (
    select * from {{ source('qualtrics', 'directory_contact') }}
),

final as (
    select
        _source_id as source_id,
        cast(id as varchar) as source_record_id,
        cast('survey' as varchar) as purpose,
        cast(coalesce(directory_unsubscribe_date, last_modified, _fivetran_synced) as timestamp)
            as recorded_at,
        false as is_granted,
        cast('email' as varchar) as channel,
        cast('consent' as varchar) as legal_basis,
        cast(coalesce(last_modified, _fivetran_synced) as timestamp) as updated_at,
        coalesce(_fivetran_deleted, false) as is_deleted,
        _file_id,
        _file_row,
        _loaded_at
    from contacts
    where directory_unsubscribed
)

select * from final
