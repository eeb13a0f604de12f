-- Grain: one version of one end user that names the organisation he belongs to.
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
        cast('organization:' || users.organization_id as varchar) as related_record_id,
        cast('employee_of' as varchar) as role,
        cast(users.updated_at as timestamp) as updated_at,
        -- The user moved to another organisation, or is gone.
        coalesce(newest_users.organization_id <> users.organization_id, true)
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
        users.organization_id is not null
        and coalesce(newest_users.role, 'end-user') not in ('agent', 'admin')
)

select * from final
