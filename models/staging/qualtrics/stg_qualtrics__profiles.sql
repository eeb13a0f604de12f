-- Grain: one version of one contact of one Qualtrics account, with or without directory.
with contacts as (
    select
        _source_id,
        id,
        first_name,
        last_name,
        email,
        phone,
        language,
        creation_date as created_at,
        coalesce(last_modified, _fivetran_synced) as updated_at,
        _fivetran_deleted,
        _file_id,
        _file_row,
        _loaded_at
    from {{ source('qualtrics', 'directory_contact') }}
    union all
    select
        _source_id,
        id,
        first_name,
        last_name,
        email,
        cast(null as varchar) as phone,
        language,
        cast(null as timestamp) as created_at,
        _fivetran_synced as updated_at,
        _fivetran_deleted,
        _file_id,
        _file_row,
        _loaded_at
    from {{ source('qualtrics', 'core_contact') }}
),

final as (
    select
        _source_id as source_id,
        cast(id as varchar) as source_record_id,
        cast(null as varchar) as party_type,
        cast(first_name as varchar) as given_name,
        cast(last_name as varchar) as family_name,
        cast(email as varchar) as email,
        cast(phone as varchar) as phone,
        cast(lower(language) as varchar) as language,
        cast(created_at as timestamp) as created_at,
        cast(updated_at as timestamp) as updated_at,
        coalesce(_fivetran_deleted, false) as is_deleted,
        _file_id,
        _file_row,
        _loaded_at
    from contacts
)

select * from final
