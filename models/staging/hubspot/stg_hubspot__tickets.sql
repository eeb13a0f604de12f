-- Grain: one version of one service ticket of one HubSpot account.
with tickets as (
    select * from {{ source('hubspot', 'ticket') }}
),

stages as (
    select * from {{ newest(source('hubspot', 'ticket_pipeline_stage'), ['stage_id']) }}
),

merged_contacts as (
    select * from {{ ref('int_hubspot__merged_contacts') }}
),

ticket_contacts as (
    select
        links._source_id,
        links.ticket_id,
        min(coalesce(merged_contacts.surviving_id, links.contact_id)) as contact_id
    from {{ newest(source('hubspot', 'ticket_contact'), ['ticket_id', 'contact_id']) }} as links
    left join merged_contacts
        on
            links._source_id = merged_contacts.source_id
            and links.contact_id = merged_contacts.merged_id
    group by links._source_id, links.ticket_id
),

final as (
    select
        tickets._source_id as source_id,
        cast(tickets.id as varchar) as ticket_id,
        cast(ticket_contacts.contact_id as varchar) as customer_ref,
        cast(tickets.property_createdate as timestamp) as opened_at,
        cast(tickets.property_first_agent_reply_date as timestamp) as first_response_at,
        cast(tickets.property_closed_date as timestamp) as solved_at,
        cast(tickets.property_closed_date as timestamp) as closed_at,
        cast(coalesce(stages.label, tickets.property_hs_pipeline_stage) as varchar) as status,
        cast(lower(tickets.property_hs_ticket_priority) as varchar) as priority,
        cast(tickets.property_hs_ticket_category as varchar) as topic,
        cast(tickets.property_hubspot_owner_id as varchar) as employee_id,
        cast(tickets.property_subject as varchar) as subject,
        cast(coalesce(tickets.property_hs_lastmodifieddate, tickets._fivetran_synced) as timestamp)
            as updated_at,
        coalesce(tickets.is_deleted, false) as is_deleted,
        tickets._file_id,
        tickets._file_row,
        tickets._loaded_at
    from tickets
    left join stages
        on
            tickets._source_id = stages._source_id
            and tickets.property_hs_pipeline_stage = stages.stage_id
    left join ticket_contacts
        on
            tickets._source_id = ticket_contacts._source_id
            and tickets.id = ticket_contacts.ticket_id
)

select * from final
