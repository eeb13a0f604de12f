-- Grain: one login with one of its devices, or with itself, of one GA4 property.
with logins as (
    select
        _source_id,
        user_id,
        user_pseudo_id,
        max(timestamp) as observed_at,
        max(_fivetran_synced) as updated_at,
        min(_file_id) as _file_id,
        min(_file_row) as _file_row,
        max(_loaded_at) as _loaded_at
    from {{ source('ga4_export', 'event') }}
    where user_id is not null
    group by _source_id, user_id, user_pseudo_id
),

carried as (
    select
        _source_id,
        user_id,
        'device_id' as identifier_type,
        user_pseudo_id as identifier_value,
        observed_at,
        updated_at,
        _file_id,
        _file_row,
        _loaded_at
    from logins
    where user_pseudo_id is not null
    union all
    select
        _source_id,
        user_id,
        'login_id' as identifier_type,
        user_id as identifier_value,
        max(observed_at) as observed_at,
        max(updated_at) as updated_at,
        min(_file_id) as _file_id,
        min(_file_row) as _file_row,
        max(_loaded_at) as _loaded_at
    from logins
    group by _source_id, user_id
),

final as (
    select
        _source_id as source_id,
        cast(user_id as varchar) as source_record_id,
        cast(identifier_type as varchar) as identifier_type,
        cast(identifier_value as varchar) as identifier_value,
        cast(observed_at as timestamp) as observed_at,
        cast(updated_at as timestamp) as updated_at,
        false as is_deleted,
        _file_id,
        _file_row,
        _loaded_at
    from carried
)

select * from final
