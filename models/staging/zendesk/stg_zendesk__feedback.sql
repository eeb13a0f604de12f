-- Grain: one version of the satisfaction rating of one ticket: one score given or changed.
-- Connectors deliver ratings as rows of the ticket's history or as a table of their own; both speak
-- of the same rating, so both give the same key, and the newest score wins.
with field_history as (
    select * from {{ source('zendesk', 'ticket_field_history') }}
),

ratings as (
    select * from {{ source('zendesk', 'satisfaction_rating') }}
),

tickets as (
    select * from {{ newest(source('zendesk', 'ticket'), ['id'], 'updated_at') }}
),

comments as (
    select
        _source_id,
        ticket_id,
        value,
        row_number() over (
            partition by _source_id, ticket_id order by updated desc, _file_id desc, _file_row desc
        ) as newest_first
    from field_history
    where field_name = 'satisfaction_comment'
),

offers as (
    select
        _source_id,
        ticket_id
    from field_history
    where field_name = 'satisfaction_score' and lower(value) = 'offered'
    union
    select
        _source_id,
        ticket_id
    from ratings
),

scores as (
    select
        field_history._source_id,
        field_history.ticket_id,
        cast(null as varchar) as requester_id,
        field_history.value as score,
        comments.value as comment,
        field_history.updated as submitted_at,
        field_history.updated as updated_at,
        false as is_deleted,
        field_history._file_id,
        field_history._file_row,
        field_history._loaded_at
    from field_history
    left join comments
        on
            field_history._source_id = comments._source_id
            and field_history.ticket_id = comments.ticket_id
            and comments.newest_first = 1
    where
        field_history.field_name = 'satisfaction_score'
        and {{ zendesk_is_score('field_history.value') }}
    union all
    select
        _source_id,
        ticket_id,
        requester_id,
        score,
        comment,
        coalesce(updated_at, created_at) as submitted_at,
        coalesce(updated_at, created_at) as updated_at,
        coalesce(_fivetran_deleted, false) as is_deleted,
        _file_id,
        _file_row,
        _loaded_at
    from ratings
    where {{ zendesk_is_score('score') }}
),

final as (
    select
        scores._source_id as source_id,
        cast('ticket:' || scores.ticket_id as varchar) as feedback_id,
        cast(coalesce(tickets.requester_id, scores.requester_id) as varchar) as customer_ref,
        cast('survey' as varchar) as kind,
        cast('csat' as varchar) as metric,
        cast({{ zendesk_score('scores.score') }} as decimal(18, 4)) as score,
        cast(1 as decimal(18, 4)) as scale_min,
        cast(5 as decimal(18, 4)) as scale_max,
        true as is_higher_better,
        cast(scores.comment as varchar) as text,
        cast(scores.submitted_at as timestamp) as submitted_at,
        cast(
            case when offers.ticket_id is not null then 'ticket:' || scores.ticket_id end as varchar
        ) as invitation_id,
        cast('support ticket' as varchar) as touchpoint,
        cast(tickets.custom_order_id as varchar) as order_id,
        cast(scores.ticket_id as varchar) as ticket_id,
        cast(scores.updated_at as timestamp) as updated_at,
        scores.is_deleted,
        scores._file_id,
        scores._file_row,
        scores._loaded_at
    from scores
    left join tickets
        on
            scores._source_id = tickets._source_id
            and scores.ticket_id = tickets.id
    left join offers
        on
            scores._source_id = offers._source_id
            and scores.ticket_id = offers.ticket_id
)

select * from final
