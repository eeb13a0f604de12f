-- Grain: one identifier of one contact as it is today, beside the e-mail and phone of its profile.
-- What a merged-away contact carried is evidence for the contact that survived.
with contacts as (
    select
        *,
        coalesce(property_lastmodifieddate, _fivetran_synced) as updated_at
    from {{ source('hubspot', 'contact') }}
),

merged_contacts as (
    select * from {{ ref('int_hubspot__merged_contacts') }}
),

newest_contacts as (
    select
        contacts.*,
        coalesce(merged_contacts.surviving_id, contacts.id) as standing_id,
        merged_contacts.merged_id is not null as is_merged
    from {{ newest('contacts', ['id'], 'updated_at') }} as contacts
    left join merged_contacts
        on
            contacts._source_id = merged_contacts.source_id
            and contacts.id = merged_contacts.merged_id
    where merged_contacts.merged_id is not null or not coalesce(contacts._fivetran_deleted, false)
),

carried as (
    select
        _source_id,
        standing_id,
        'email' as identifier_type,
        property_email as identifier_value,
        updated_at,
        _file_id,
        _file_row,
        _loaded_at
    from newest_contacts
    where is_merged
    union all
    select
        _source_id,
        standing_id,
        'email' as identifier_type,
        property_email_1 as identifier_value,
        updated_at,
        _file_id,
        _file_row,
        _loaded_at
    from newest_contacts
    union all
    select
        _source_id,
        standing_id,
        'email' as identifier_type,
        {{ split_to_rows('property_hs_additional_emails', ';') }} as identifier_value,
        updated_at,
        _file_id,
        _file_row,
        _loaded_at
    from newest_contacts
    where property_hs_additional_emails is not null
    union all
    select
        _source_id,
        standing_id,
        'phone' as identifier_type,
        property_phone as identifier_value,
        updated_at,
        _file_id,
        _file_row,
        _loaded_at
    from newest_contacts
    where is_merged
    union all
    select
        _source_id,
        standing_id,
        'phone' as identifier_type,
        property_mobilephone as identifier_value,
        updated_at,
        _file_id,
        _file_row,
        _loaded_at
    from newest_contacts
    union all
    -- Another system may still know the customer by the id that was merged away.
    select
        _source_id,
        standing_id,
        'external:' || _source_id as identifier_type,
        id as identifier_value,
        updated_at,
        _file_id,
        _file_row,
        _loaded_at
    from newest_contacts
    where is_merged
),

final as (
    select
        _source_id as source_id,
        cast(standing_id as varchar) as source_record_id,
        cast(identifier_type as varchar) as identifier_type,
        cast(trim(identifier_value) as varchar) as identifier_value,
        cast(updated_at as timestamp) as observed_at,
        cast(updated_at as timestamp) as updated_at,
        false as is_deleted,
        _file_id,
        _file_row,
        _loaded_at
    from carried
    where trim(identifier_value) <> ''
)

select * from final
