-- Grain: one version of one public ticket comment, or of one chat, of one Zendesk account.
with comments as (
    select * from {{ source('zendesk', 'ticket_comment') }}
),

-- Internal notes are no contacts; one that was public before still has to end its life as one.
ever_public_comments as (
    select distinct
        _source_id,
        id
    from {{ source('zendesk', 'ticket_comment') }}
    where coalesce(public, true)
),

tickets as (
    select * from {{ newest(source('zendesk', 'ticket'), ['id'], 'updated_at') }}
),

users as (
    select * from {{ newest(source('zendesk', 'user'), ['id'], 'updated_at') }}
),

chats as (
    select * from {{ source('zendesk', 'ticket_chat') }}
),

chat_tickets as (
    select distinct
        _source_id,
        ticket_id
    from {{ source('zendesk', 'ticket_chat') }}
),

chat_events as (
    select
        *,
        case when actor_id like 'agent:_%' then substr(actor_id, 7) end as agent_id,
        coalesce(actor_id in ('__system', '__trigger'), false) as is_robot
    from {{ newest(
        source('zendesk', 'ticket_chat_event'), ['chat_id', 'created_at', 'chat_index']
    ) }}
),

chat_facts as (
    select
        _source_id,
        chat_id,
        min(created_at) as started_at,
        max(created_at) as ended_at,
        min(case when agent_id is not null then created_at end) as first_agent_at,
        min(agent_id) as agent_id,
        max(case when is_robot then 1 else 0 end) as has_robot,
        {{ joined_text('message', "'\n'", 'created_at, chat_index') }} as text
    from chat_events
    group by _source_id, chat_id
),

directed_comments as (
    select
        comments.*,
        tickets.requester_id,
        tickets.subject,
        coalesce(tickets.custom_topic, tickets.type) as topic,
        {{ zendesk_channel('coalesce(comments.via_channel, tickets.via_channel)') }} as via,
        case
            when comments.user_id = tickets.requester_id or users.role = 'end-user' then 'inbound'
            when users.role in ('agent', 'admin') or comments.user_id = tickets.assignee_id
                then 'outbound'
        end as direction
    from comments
    left join tickets
        on
            comments._source_id = tickets._source_id
            and comments.ticket_id = tickets.id
    left join users
        on
            comments._source_id = users._source_id
            and comments.user_id = users.id
    inner join ever_public_comments
        on
            comments._source_id = ever_public_comments._source_id
            and comments.id = ever_public_comments.id
    left join chat_tickets
        on
            comments._source_id = chat_tickets._source_id
            and comments.ticket_id = chat_tickets.ticket_id
    -- The comments of a chat ticket are its transcript, which the chat below already is.
    where
        chat_tickets.ticket_id is null
        or coalesce({{ zendesk_channel('tickets.via_channel') }}, '') <> 'chat'
),

comment_interactions as (
    select
        _source_id as source_id,
        cast('comment:' || id as varchar) as interaction_id,
        cast(
            case when direction = 'inbound' then user_id else coalesce(requester_id, user_id) end
            as varchar
        ) as customer_ref,
        cast(
            case
                when voice_comment then 'voice'
                when tweet or facebook_comment then 'social'
                -- An agent answers a web form by e-mail.
                when direction = 'outbound' and via = 'web' then 'email'
                else coalesce(via, 'email')
            end as varchar
        ) as channel,
        cast(direction as varchar) as direction,
        cast(created as timestamp) as started_at,
        cast(null as timestamp) as ended_at,
        cast(topic as varchar) as topic,
        cast(subject as varchar) as subject,
        cast(body as varchar) as text,
        cast(case when direction = 'outbound' then user_id end as varchar) as employee_id,
        cast('ticket:' || ticket_id as varchar) as context_ref,
        cast(null as decimal(18, 4)) as wait_seconds,
        cast(call_duration as decimal(18, 4)) as handle_seconds,
        cast(_fivetran_synced as timestamp) as updated_at,
        coalesce(_fivetran_deleted, false) or not coalesce(public, true) as is_deleted,
        _file_id,
        _file_row,
        _loaded_at
    from directed_comments
),

chat_interactions as (
    select
        chats._source_id as source_id,
        cast('chat:' || chats.chat_id || coalesce(':' || chats.ticket_id, '') as varchar)
            as interaction_id,
        cast(coalesce(tickets.requester_id, chats.user_id) as varchar) as customer_ref,
        cast(
            case
                when chat_facts.has_robot = 1 and chat_facts.agent_id is null then 'bot'
                else 'chat'
            end as varchar
        ) as channel,
        cast('inbound' as varchar) as direction,
        -- A chat whose events were not delivered began with its ticket.
        cast(coalesce(chat_facts.started_at, tickets.created_at) as timestamp) as started_at,
        cast(chat_facts.ended_at as timestamp) as ended_at,
        cast(coalesce(tickets.custom_topic, tickets.type) as varchar) as topic,
        cast(tickets.subject as varchar) as subject,
        cast(chat_facts.text as varchar) as text,
        cast(coalesce(chat_facts.agent_id, tickets.assignee_id) as varchar) as employee_id,
        cast('ticket:' || chats.ticket_id as varchar) as context_ref,
        cast(
            {{ dbt.datediff('chat_facts.started_at', 'chat_facts.first_agent_at', 'second') }}
            as decimal(18, 4)
        ) as wait_seconds,
        cast(
            {{ dbt.datediff('chat_facts.first_agent_at', 'chat_facts.ended_at', 'second') }}
            as decimal(18, 4)
        ) as handle_seconds,
        cast(chats._fivetran_synced as timestamp) as updated_at,
        false as is_deleted,
        chats._file_id,
        chats._file_row,
        chats._loaded_at
    from chats
    left join chat_facts
        on
            chats._source_id = chat_facts._source_id
            and chats.chat_id = chat_facts.chat_id
    left join tickets
        on
            chats._source_id = tickets._source_id
            and chats.ticket_id = tickets.id
),

final as (
    select * from comment_interactions
    union all
    select * from chat_interactions
)

select * from final
