-- Grain: one contact as it is today, with the company's own id of it.
with contact_versions as (
    select
        _source_id,
        id,
        ext_ref,
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
        external_data_reference as ext_ref,
        _fivetran_synced as updated_at,
        _fivetran_deleted,
        _file_id,
        _file_row,
        _loaded_at
    from {{ source('qualtrics', 'core_contact') }}
),

final as (
    select
        contacts._source_id as source_id,
        cast(contacts.id as varchar) as source_record_id,
        cast('login_id' as varchar) as identifier_type,
        cast(contacts.ext_ref as varchar) as identifier_value,
        cast(contacts.updated_at as timestamp) as observed_at,
        cast(contacts.updated_at as timestamp) as updated_at,
        false as is_deleted,
        contacts._file_id,
        contacts._file_row,
        contacts._loaded_at
    from {{ newest(
        'contact_versions', ['id'], 'updated_at', deleted='_fivetran_deleted'
    ) }} as contacts
    where contacts.ext_ref is not null
)

select * from final
