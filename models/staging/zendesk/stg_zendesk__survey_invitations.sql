-- Grain: one version of the offer to rate one ticket.
with field_history as (
    select * from {{ source('zendesk', 'ticket_field_history') }}
),

ratings as (
    select * from {{ source('zendesk', 'satisfaction_rating') }}
),

tickets as (
    select * from {{ newest(source('zendesk', 'ticket'), ['id'], 'updated_at') }}
),

offers as (
    select
        _source_id,
        ticket_id,
        cast(null as varchar) as requester_id,
        updated as sent_at,
        updated as updated_at,
        false as is_deleted,
        _file_id,
        _file_row,
        _loaded_at
    from field_history
    where field_name = 'satisfaction_score' and lower(value) = 'offered'
    union all
    select
        _source_id,
        ticket_id,
        requester_id,
        created_at as sent_at,
        coalesce(updated_at, created_at) as updated_at,
        coalesce(_fivetran_deleted, false) as is_deleted,
        _file_id,
        _file_row,
        _loaded_at
    from ratings
    where lower(score) <> 'unoffered'
),

final as (
    select
        offers._source_id as source_id,
        cast('ticket:' || offers.ticket_id as varchar) as invitation_id,
        cast(coalesce(tickets.requester_id, offers.requester_id) as varchar) as customer_ref,
        cast('csat' as varchar) as metric,
        cast(offers.sent_at as timestamp) as sent_at,
        cast('email' as varchar) as channel,
        cast('satisfaction' as varchar) as survey_id,
        cast(offers.updated_at as timestamp) as updated_at,
        offers.is_deleted,
        offers._file_id,
        offers._file_row,
        offers._loaded_at
    from offers
    left join tickets
        on
            offers._source_id = tickets._source_id
            and offers.ticket_id = tickets.id
)

select * from final
