-- Grain: one change of one contact's permission to send e-mail, from the e-mail footer or the
-- contact.
with status_changes as (
    select * from {{ source('hubspot', 'email_event_status_change') }}
),

events as (
    select * from {{ newest(source('hubspot', 'email_event'), ['id']) }}
),

contacts as (
    select
        *,
        coalesce(property_lastmodifieddate, _fivetran_synced) as updated_at
    from {{ source('hubspot', 'contact') }}
),

merged_contacts as (
    select * from {{ ref('int_hubspot__merged_contacts') }}
),

recipients as (
    select
        newest_contacts._source_id,
        lower(trim(newest_contacts.property_email)) as email,
        min(coalesce(merged_contacts.surviving_id, newest_contacts.id)) as contact_id
    from {{ newest('contacts', ['id'], 'updated_at') }} as newest_contacts
    left join merged_contacts
        on
            newest_contacts._source_id = merged_contacts.source_id
            and newest_contacts.id = merged_contacts.merged_id
    where newest_contacts.property_email is not null
    group by newest_contacts._source_id, lower(trim(newest_contacts.property_email))
),

subscription_changes as (
    select
        status_changes._source_id,
        recipients.contact_id,
        events.created as recorded_at,
        upper(status_changes.portal_subscription_status) = 'SUBSCRIBED' as is_granted,
        status_changes._fivetran_synced as updated_at,
        status_changes._file_id,
        status_changes._file_row,
        status_changes._loaded_at
    from status_changes
    -- The row itself names neither person nor time. Without its event or its contact it has no key
    -- and is shown in quarantine: an unsubscription that nobody was found for must not vanish.
    left join events
        on
            status_changes._source_id = events._source_id
            and status_changes.id = events.id
    left join recipients
        on
            events._source_id = recipients._source_id
            and lower(trim(events.recipient)) = recipients.email
    where status_changes.portal_subscription_status is not null
),

opt_outs as (
    select
        contacts._source_id,
        coalesce(merged_contacts.surviving_id, contacts.id) as contact_id,
        contacts.updated_at as recorded_at,
        not contacts.property_hs_email_optout as is_granted,
        contacts.updated_at,
        contacts._file_id,
        contacts._file_row,
        contacts._loaded_at,
        lag(contacts.property_hs_email_optout) over (
            partition by contacts._source_id, contacts.id
            order by contacts.updated_at nulls first, contacts._file_id, contacts._file_row
        ) as previous_optout,
        contacts.property_hs_email_optout as optout
    from contacts
    left join merged_contacts
        on
            contacts._source_id = merged_contacts.source_id
            and contacts.id = merged_contacts.merged_id
    where contacts.property_hs_email_optout is not null
),

changes as (
    select
        _source_id,
        contact_id,
        recorded_at,
        is_granted,
        updated_at,
        _file_id,
        _file_row,
        _loaded_at
    from subscription_changes
    union all
    select
        _source_id,
        contact_id,
        recorded_at,
        is_granted,
        updated_at,
        _file_id,
        _file_row,
        _loaded_at
    from opt_outs
    -- Never having opted out is no consent.
    where optout <> coalesce(previous_optout, false)
),

final as (
    select
        _source_id as source_id,
        cast(contact_id as varchar) as source_record_id,
        cast('email_marketing' as varchar) as purpose,
        cast(recorded_at as timestamp) as recorded_at,
        is_granted,
        cast('email' as varchar) as channel,
        cast('consent' as varchar) as legal_basis,
        cast(updated_at as timestamp) as updated_at,
        false as is_deleted,
        _file_id,
        _file_row,
        _loaded_at
    from changes
)

select * from final
