-- Grain: one version of one contact, or of one company, of one HubSpot account.
with contacts as (
    select * from {{ source('hubspot', 'contact') }}
),

companies as (
    select * from {{ source('hubspot', 'company') }}
),

merged_contacts as (
    select * from {{ ref('int_hubspot__merged_contacts') }}
),

persons as (
    select
        contacts._source_id as source_id,
        cast(contacts.id as varchar) as source_record_id,
        cast(null as varchar) as party_type,
        cast(null as varchar) as full_name,
        cast(contacts.property_firstname as varchar) as given_name,
        cast(contacts.property_lastname as varchar) as family_name,
        cast(contacts.property_email as varchar) as email,
        cast(coalesce(contacts.property_phone, contacts.property_mobilephone) as varchar) as phone,
        cast(contacts.property_date_of_birth as date) as birth_date,
        cast(contacts.property_gender as varchar) as gender,
        cast(contacts.property_address as varchar) as address_line,
        cast(contacts.property_city as varchar) as city,
        cast(contacts.property_state as varchar) as region,
        cast(contacts.property_zip as varchar) as postal_code,
        cast(contacts.property_country as varchar) as country,
        cast(contacts.property_company as varchar) as company,
        cast(contacts.property_jobtitle as varchar) as job_title,
        cast(contacts.property_hs_language as varchar) as language,
        cast(contacts.property_createdate as timestamp) as created_at,
        cast(coalesce(contacts.property_lastmodifieddate, contacts._fivetran_synced) as timestamp)
            as updated_at,
        -- A contact that was merged away is not a person of its own any more.
        coalesce(contacts._fivetran_deleted, false)
        or merged_contacts.merged_id is not null as is_deleted,
        contacts._file_id,
        contacts._file_row,
        contacts._loaded_at
    from contacts
    left join merged_contacts
        on
            contacts._source_id = merged_contacts.source_id
            and contacts.id = merged_contacts.merged_id
),

organizations as (
    select
        _source_id as source_id,
        cast('organization:' || id as varchar) as source_record_id,
        cast('organization' as varchar) as party_type,
        cast(property_name as varchar) as full_name,
        cast(null as varchar) as given_name,
        cast(null as varchar) as family_name,
        cast(null as varchar) as email,
        cast(property_phone as varchar) as phone,
        cast(null as date) as birth_date,
        cast(null as varchar) as gender,
        cast(nullif(concat_ws(', ', property_address, property_address_2), '') as varchar)
            as address_line,
        cast(property_city as varchar) as city,
        cast(property_state as varchar) as region,
        cast(property_zip as varchar) as postal_code,
        cast(property_country as varchar) as country,
        cast(property_name as varchar) as company,
        cast(null as varchar) as job_title,
        cast(null as varchar) as language,
        cast(property_createdate as timestamp) as created_at,
        cast(coalesce(property_hs_lastmodifieddate, _fivetran_synced) as timestamp) as updated_at,
        coalesce(is_deleted, false) as is_deleted,
        _file_id,
        _file_row,
        _loaded_at
    from companies
),

final as (
    select * from persons
    union all
    select * from organizations
)

select * from final
