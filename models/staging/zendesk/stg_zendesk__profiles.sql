-- Grain: one version of one end user, or of one organisation, of one Zendesk account.
with users as (
    select * from {{ source('zendesk', 'user') }}
),

organizations as (
    select * from {{ source('zendesk', 'organization') }}
),

newest_users as (
    select * from {{ newest(source('zendesk', 'user'), ['id'], 'updated_at') }}
),

newest_organizations as (
    select * from {{ newest(source('zendesk', 'organization'), ['id'], 'updated_at') }}
),

end_users as (
    select
        users._source_id as source_id,
        cast(users.id as varchar) as source_record_id,
        cast(null as varchar) as party_type,
        cast(users.name as varchar) as full_name,
        cast(users.email as varchar) as email,
        cast(users.phone as varchar) as phone,
        cast(newest_organizations.name as varchar) as company,
        cast(users.locale as varchar) as language,
        cast(users.created_at as timestamp) as created_at,
        cast(users.updated_at as timestamp) as updated_at,
        -- Zendesk keeps deleted users as inactive ones.
        coalesce(users._fivetran_deleted, false) or not coalesce(users.active, true) as is_deleted,
        users._file_id,
        users._file_row,
        users._loaded_at
    from users
    -- The newest role decides for all versions: who became an agent is no customer any more.
    inner join newest_users
        on
            users._source_id = newest_users._source_id
            and users.id = newest_users.id
    left join newest_organizations
        on
            users._source_id = newest_organizations._source_id
            and users.organization_id = newest_organizations.id
    where coalesce(newest_users.role, 'end-user') not in ('agent', 'admin')
),

organization_profiles as (
    select
        _source_id as source_id,
        cast('organization:' || id as varchar) as source_record_id,
        cast('organization' as varchar) as party_type,
        cast(name as varchar) as full_name,
        cast(null as varchar) as email,
        cast(null as varchar) as phone,
        cast(name as varchar) as company,
        cast(null as varchar) as language,
        cast(created_at as timestamp) as created_at,
        cast(updated_at as timestamp) as updated_at,
        coalesce(_fivetran_deleted, false) as is_deleted,
        _file_id,
        _file_row,
        _loaded_at
    from organizations
),

final as (
    select * from end_users
    union all
    select * from organization_profiles
)

select * from final
