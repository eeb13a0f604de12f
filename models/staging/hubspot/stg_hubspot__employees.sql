-- Grain: one version of one owner of one HubSpot account.
with owners as (
    select * from {{ source('hubspot', 'owner') }}
),

owner_teams as (
    select
        teams_of_owners._source_id,
        teams_of_owners.owner_id,
        min(teams.name) as team
    from {{ newest(source('hubspot', 'owner_team'), ['owner_id', 'team_id']) }} as teams_of_owners
    inner join {{ newest(source('hubspot', 'team'), ['id']) }} as teams
        on
            teams_of_owners._source_id = teams._source_id
            and teams_of_owners.team_id = teams.id
    group by teams_of_owners._source_id, teams_of_owners.owner_id
),

final as (
    select
        owners._source_id as source_id,
        cast(owners.owner_id as varchar) as employee_id,
        cast(nullif(concat_ws(' ', owners.first_name, owners.last_name), '') as varchar) as name,
        cast(owner_teams.team as varchar) as team,
        cast(lower(owners.type) as varchar) as role,
        cast(case when not coalesce(owners.is_active, true) then owners.updated_at end as timestamp)
            as left_at,
        false as is_bot,
        cast(owners.updated_at as timestamp) as updated_at,
        false as is_deleted,
        owners._file_id,
        owners._file_row,
        owners._loaded_at
    from owners
    left join owner_teams
        on
            owners._source_id = owner_teams._source_id
            and owners.owner_id = owner_teams.owner_id
)

select * from final
