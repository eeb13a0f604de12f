-- Grain: one version of one ticket of one Zendesk account.
with tickets as (
    select * from {{ source('zendesk', 'ticket') }}
),

newest_tickets as (
    select * from {{ newest(source('zendesk', 'ticket'), ['id'], 'updated_at') }}
),

staff as (
    select
        _source_id,
        id
    from {{ newest(source('zendesk', 'user'), ['id'], 'updated_at') }}
    where role in ('agent', 'admin')
),

comments as (
    select *
    from {{ newest(source('zendesk', 'ticket_comment'), ['id'], deleted='_fivetran_deleted') }}
    where coalesce(public, true)
),

first_responses as (
    select
        comments._source_id,
        comments.ticket_id,
        min(comments.created) as first_response_at
    from comments
    inner join newest_tickets
        on
            comments._source_id = newest_tickets._source_id
            and comments.ticket_id = newest_tickets.id
    left join staff
        on
            comments._source_id = staff._source_id
            and comments.user_id = staff.id
    where
        (staff.id is not null or comments.user_id = newest_tickets.assignee_id)
        and comments.user_id <> newest_tickets.requester_id
    group by comments._source_id, comments.ticket_id
),

status_changes as (
    select
        _source_id,
        ticket_id,
        updated,
        lower(value) as status,
        lag(lower(value)) over (partition by _source_id, ticket_id order by updated)
            as previous_status
    from {{ newest(
        source('zendesk', 'ticket_field_history'), ['ticket_id', 'field_name', 'updated']
    ) }}
    where field_name = 'status'
),

status_facts as (
    select
        _source_id,
        ticket_id,
        max(case when status = 'solved' then updated end) as solved_at,
        max(case when status = 'closed' then updated end) as closed_at,
        sum(
            case
                when
                    previous_status in ('solved', 'closed')
                    and status not in ('solved', 'closed', 'deleted') then 1
                else 0
            end
        ) as reopen_count
    from status_changes
    group by _source_id, ticket_id
),

final as (
    select
        tickets._source_id as source_id,
        cast(tickets.id as varchar) as ticket_id,
        cast(tickets.requester_id as varchar) as customer_ref,
        cast(tickets.via_source_from_address as varchar) as email,
        cast(tickets.created_at as timestamp) as opened_at,
        cast(first_responses.first_response_at as timestamp) as first_response_at,
        cast(
            case
                when lower(tickets.status) in ('solved', 'closed')
                    then coalesce(status_facts.solved_at, status_facts.closed_at)
            end as timestamp
        ) as solved_at,
        cast(
            case when lower(tickets.status) = 'closed' then status_facts.closed_at end as timestamp
        ) as closed_at,
        cast(lower(tickets.status) as varchar) as status,
        cast(lower(tickets.priority) as varchar) as priority,
        cast(coalesce(tickets.custom_topic, tickets.type) as varchar) as topic,
        cast({{ zendesk_channel('tickets.via_channel') }} as varchar) as channel,
        cast(tickets.assignee_id as varchar) as employee_id,
        cast(status_facts.reopen_count as bigint) as reopen_count,
        cast(tickets.custom_order_id as varchar) as order_id,
        cast(tickets.subject as varchar) as subject,
        cast(tickets.updated_at as timestamp) as updated_at,
        coalesce(tickets._fivetran_deleted, false)
        or coalesce(lower(tickets.status) = 'deleted', false) as is_deleted,
        tickets._file_id,
        tickets._file_row,
        tickets._loaded_at
    from tickets
    left join first_responses
        on
            tickets._source_id = first_responses._source_id
            and tickets.id = first_responses.ticket_id
    left join status_facts
        on
            tickets._source_id = status_facts._source_id
            and tickets.id = status_facts.ticket_id
)

select * from final
