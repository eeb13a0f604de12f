-- Grain: one version of one end user that carries the company's own id.
with users as (
    select * from {{ source('zendesk', 'user') }}
),

newest_users as (
    select * from {{ newest(source('zendesk', 'user'), ['id'], 'updated_at') }}
),

final as (
    select
        users._source_id as source_id,
        cast(users.id as varchar) as source_record_id,
        cast('login_id' as varchar) as identifier_type,
        cast(users.external_id as varchar) as identifier_value,
        cast(users.last_login_at as timestamp) as observed_at,
        cast(users.updated_at as timestamp) as updated_at,
        -- An id that the newest version does not carry any more proves nothing any more.
        coalesce(newest_users.external_id <> users.external_id, true)
        or coalesce(newest_users._fivetran_deleted, false)
        or not coalesce(newest_users.active, true) as is_deleted,
        users._file_id,
        users._file_row,
        users._loaded_at
    from users
    inner join newest_users
        on
            users._source_id = newest_users._source_id
            and users.id = newest_users.id
    where
        users.external_id is not null
        and coalesce(newest_users.role, 'end-user') not in ('agent', 'admin')
)

select * from final
