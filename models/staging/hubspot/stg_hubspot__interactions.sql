-- Grain: one version of one engagement or form submission of one HubSpot account.
with merged_contacts as (
    select * from {{ ref('int_hubspot__merged_contacts') }}
),

-- An engagement with several contacts counts once, for the one with the lowest id.
engagement_contacts as (
    select
        links._source_id,
        links.engagement_id,
        min(coalesce(merged_contacts.surviving_id, links.contact_id)) as contact_id
    from {{ newest(
        source('hubspot', 'engagement_contact'), ['engagement_id', 'contact_id']
    ) }} as links
    left join merged_contacts
        on
            links._source_id = merged_contacts.source_id
            and links.contact_id = merged_contacts.merged_id
    group by links._source_id, links.engagement_id
),

engagements as (
    select
        _source_id,
        engagement_id,
        'voice' as channel,
        case
            when upper(property_hs_call_direction) = 'INBOUND' then 'inbound'
            when upper(property_hs_call_direction) = 'OUTBOUND' then 'outbound'
        end as direction,
        coalesce(property_hs_timestamp, property_hs_createdate) as started_at,
        cast(null as timestamp) as ended_at,
        property_hs_call_title as subject,
        property_hs_call_body as text,
        property_hubspot_owner_id as employee_id,
        property_hs_call_duration / 1000 as handle_seconds,
        property_hs_call_disposition as outcome,
        coalesce(property_hs_lastmodifieddate, _fivetran_synced) as updated_at,
        _fivetran_deleted,
        _file_id,
        _file_row,
        _loaded_at
    from {{ source('hubspot', 'engagement_call') }}
    union all
    select
        _source_id,
        engagement_id,
        'email' as channel,
        case
            when upper(property_hs_email_direction) = 'INCOMING_EMAIL' then 'inbound'
            else 'outbound'
        end as direction,
        coalesce(property_hs_timestamp, property_hs_createdate) as started_at,
        cast(null as timestamp) as ended_at,
        property_hs_email_subject as subject,
        property_hs_email_text as text,
        property_hubspot_owner_id as employee_id,
        cast(null as decimal(18, 4)) as handle_seconds,
        cast(null as varchar) as outcome,
        coalesce(property_hs_lastmodifieddate, _fivetran_synced) as updated_at,
        _fivetran_deleted,
        _file_id,
        _file_row,
        _loaded_at
    from {{ source('hubspot', 'engagement_email') }}
    union all
    select
        _source_id,
        engagement_id,
        'branch' as channel,
        cast(null as varchar) as direction,
        coalesce(
            property_hs_meeting_start_time,
            start_time,
            property_hs_timestamp,
            property_hs_createdate
        ) as started_at,
        coalesce(property_hs_meeting_end_time, end_time) as ended_at,
        coalesce(property_hs_meeting_title, title) as subject,
        coalesce(property_hs_meeting_body, body) as text,
        property_hubspot_owner_id as employee_id,
        cast(null as decimal(18, 4)) as handle_seconds,
        coalesce(property_hs_meeting_outcome, meeting_outcome) as outcome,
        coalesce(property_hs_lastmodifieddate, _fivetran_synced) as updated_at,
        _fivetran_deleted,
        _file_id,
        _file_row,
        _loaded_at
    from {{ source('hubspot', 'engagement_meeting') }}
    union all
    select
        _source_id,
        engagement_id,
        'back_office' as channel,
        'internal' as direction,
        coalesce(property_hs_timestamp, property_hs_createdate) as started_at,
        cast(null as timestamp) as ended_at,
        cast(null as varchar) as subject,
        property_hs_note_body as text,
        property_hubspot_owner_id as employee_id,
        cast(null as decimal(18, 4)) as handle_seconds,
        cast(null as varchar) as outcome,
        coalesce(property_hs_lastmodifieddate, _fivetran_synced) as updated_at,
        _fivetran_deleted,
        _file_id,
        _file_row,
        _loaded_at
    from {{ source('hubspot', 'engagement_note') }}
    union all
    select
        _source_id,
        engagement_id,
        case upper(property_hs_communication_channel_type)
            when 'SMS' then 'sms'
            when 'LINKEDIN_MESSAGE' then 'social'
            else 'chat'
        end as channel,
        cast(null as varchar) as direction,
        coalesce(property_hs_timestamp, property_hs_createdate) as started_at,
        cast(null as timestamp) as ended_at,
        cast(null as varchar) as subject,
        property_hs_communication_body as text,
        property_hubspot_owner_id as employee_id,
        cast(null as decimal(18, 4)) as handle_seconds,
        cast(null as varchar) as outcome,
        coalesce(property_hs_lastmodifieddate, _fivetran_synced) as updated_at,
        _fivetran_deleted,
        _file_id,
        _file_row,
        _loaded_at
    from {{ source('hubspot', 'engagement_communication') }}
),

engagement_interactions as (
    select
        engagements._source_id,
        'engagement:' || engagements.engagement_id as interaction_id,
        engagement_contacts.contact_id,
        engagements.channel,
        engagements.direction,
        engagements.started_at,
        engagements.ended_at,
        engagements.subject,
        engagements.text,
        engagements.employee_id,
        engagements.handle_seconds,
        engagements.outcome,
        engagements.updated_at,
        coalesce(engagements._fivetran_deleted, false) as is_deleted,
        engagements._file_id,
        engagements._file_row,
        engagements._loaded_at
    from engagements
    left join engagement_contacts
        on
            engagements._source_id = engagement_contacts._source_id
            and engagements.engagement_id = engagement_contacts.engagement_id
),

form_interactions as (
    select
        submissions._source_id,
        'form:' || coalesce(
            submissions.conversion_id,
            concat_ws(':', submissions.contact_id, submissions.form_id, submissions.timestamp)
        ) as interaction_id,
        coalesce(merged_contacts.surviving_id, submissions.contact_id) as contact_id,
        'web' as channel,
        'inbound' as direction,
        submissions.timestamp as started_at,
        cast(null as timestamp) as ended_at,
        submissions.title as subject,
        cast(null as varchar) as text,
        cast(null as varchar) as employee_id,
        cast(null as decimal(18, 4)) as handle_seconds,
        'form submitted' as outcome,
        submissions._fivetran_synced as updated_at,
        false as is_deleted,
        submissions._file_id,
        submissions._file_row,
        submissions._loaded_at
    from {{ source('hubspot', 'contact_form_submission') }} as submissions
    left join merged_contacts
        on
            submissions._source_id = merged_contacts.source_id
            and submissions.contact_id = merged_contacts.merged_id
),

united as (
    select * from engagement_interactions
    union all
    select * from form_interactions
),

final as (
    select
        _source_id as source_id,
        cast(interaction_id as varchar) as interaction_id,
        cast(contact_id as varchar) as customer_ref,
        cast(channel as varchar) as channel,
        cast(direction as varchar) as direction,
        cast(started_at as timestamp) as started_at,
        cast(ended_at as timestamp) as ended_at,
        cast(subject as varchar) as subject,
        cast(text as varchar) as text,
        cast(employee_id as varchar) as employee_id,
        cast(handle_seconds as decimal(18, 4)) as handle_seconds,
        cast(outcome as varchar) as outcome,
        cast(updated_at as timestamp) as updated_at,
        is_deleted,
        _file_id,
        _file_row,
        _loaded_at
    from united
)

select * from final
