-- Grain: one contact as it is today, with the company it belongs to.
with contacts as (
    select
        *,
        coalesce(property_lastmodifieddate, _fivetran_synced) as updated_at
    from {{ source('hubspot', 'contact') }}
),

merged_contacts as (
    select * from {{ ref('int_hubspot__merged_contacts') }}
),

final as (
    select
        contacts._source_id as source_id,
        cast(coalesce(merged_contacts.surviving_id, contacts.id) as varchar) as source_record_id,
        cast('organization:' || contacts.property_associatedcompanyid as varchar)
            as related_record_id,
        cast('employee_of' as varchar) as role,
        cast(contacts.updated_at as timestamp) as updated_at,
        false as is_deleted,
        contacts._file_id,
        contacts._file_row,
        contacts._loaded_at
    from {{ newest('contacts', ['id'], 'updated_at', deleted='_fivetran_deleted') }} as contacts
    left join merged_contacts
        on
            contacts._source_id = merged_contacts.source_id
            and contacts.id = merged_contacts.merged_id
    where contacts.property_associatedcompanyid is not null
)

select * from final
