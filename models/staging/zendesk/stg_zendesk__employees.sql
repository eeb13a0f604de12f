-- Grain: one version of one agent or administrator of one Zendesk account.
with users as (
    select * from {{ source('zendesk', 'user') }}
),

newest_users as (
    select * from {{ newest(source('zendesk', 'user'), ['id'], 'updated_at') }}
),

groups as (
    select * from {{ newest(source('zendesk', 'group'), ['id'], 'updated_at') }}
),

final as (
    select
        users._source_id as source_id,
        cast(users.id as varchar) as employee_id,
        cast(users.name as varchar) as name,
        cast(groups.name as varchar) as team,
        cast(users.role as varchar) as role,
        -- A former agent stays known: the tickets that he solved keep naming him.
        cast(case when not coalesce(users.active, true) then users.updated_at end as timestamp)
            as left_at,
        false as is_bot,
        cast(users.updated_at as timestamp) as updated_at,
        coalesce(users._fivetran_deleted, false) as is_deleted,
        users._file_id,
        users._file_row,
        users._loaded_at
    from users
    inner join newest_users
        on
            users._source_id = newest_users._source_id
            and users.id = newest_users.id
    left join groups
        on
            users._source_id = groups._source_id
            and users.default_group_id = groups.id
    where newest_users.role in ('agent', 'admin')
)

select * from final
