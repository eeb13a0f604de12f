-- Grain: one version of one e-mail event of one HubSpot account.
-- Deliveries, deferrals and drops are steps of the machine and stay in raw; so do events of robots. Apart from other
-- interactions, because events are many and nothing of contacts that are merged changes them.
with events as (
    select * from {{ source('hubspot', 'email_event') }}
),

sent_emails as (
    select * from {{ newest(source('hubspot', 'email_event_sent'), ['id']) }}
),

final as (
    select
        events._source_id as source_id,
        cast('email_event:' || events.id as varchar) as interaction_id,
        cast(events.recipient as varchar) as email,
        cast('email' as varchar) as channel,
        cast(
            case when events.type in ('OPEN', 'CLICK', 'SPAMREPORT') then 'inbound' else 'outbound' end
            as varchar
        ) as direction,
        cast(events.created as timestamp) as started_at,
        cast(sent_emails.subject as varchar) as subject,
        cast(events.email_campaign_id as varchar) as campaign_id,
        cast(case when events.type <> 'SENT' then 'email_event:' || events.sent_by_id end as varchar)
            as parent_interaction_id,
        cast(
            case events.type
                when 'SENT' then 'sent'
                when 'OPEN' then 'opened'
                when 'CLICK' then 'clicked'
                when 'BOUNCE' then 'bounced'
                when 'SPAMREPORT' then 'reported as spam'
            end as varchar
        ) as outcome,
        cast(events._fivetran_synced as timestamp) as updated_at,
        false as is_deleted,
        events._file_id,
        events._file_row,
        events._loaded_at
    from events
    left join sent_emails
        on
            events._source_id = sent_emails._source_id
            and coalesce(events.sent_by_id, events.id) = sent_emails.id
    where
        events.type in ('SENT', 'OPEN', 'CLICK', 'BOUNCE', 'SPAMREPORT')
        and not coalesce(events.filtered_event, false)
)

select * from final
