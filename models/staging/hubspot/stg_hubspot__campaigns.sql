-- Grain: one version of one e-mail campaign of one HubSpot account.
with campaigns as (
    select * from {{ source('hubspot', 'email_campaign') }}
),

sendings as (
    select
        _source_id,
        email_campaign_id,
        min(created) as started_at
    from {{ source('hubspot', 'email_event') }}
    where type = 'SENT'
    group by _source_id, email_campaign_id
),

final as (
    select
        campaigns._source_id as source_id,
        cast(campaigns.id as varchar) as campaign_id,
        -- HubSpot keeps campaigns of single e-mails without a name.
        cast(coalesce(campaigns.name, campaigns.subject, 'campaign ' || campaigns.id) as varchar)
            as name,
        cast('email' as varchar) as channel,
        cast(sendings.started_at as timestamp) as started_at,
        cast(campaigns._fivetran_synced as timestamp) as updated_at,
        false as is_deleted,
        campaigns._file_id,
        campaigns._file_row,
        campaigns._loaded_at
    from campaigns
    left join sendings
        on
            campaigns._source_id = sendings._source_id
            and campaigns.id = sendings.email_campaign_id
)

select * from final
