-- Grain: one marketing consent of one customer of one shop, given or refused, each time it changed.
with states as (
    select
        _source_id,
        id,
        'email_marketing' as purpose,
        accepts_marketing as is_granted,
        accepts_marketing_updated_at as decided_at,
        cast(null as varchar) as source_text,
        created_at,
        updated_at,
        coalesce(_fivetran_deleted, false) as is_deleted,
        _file_id,
        _file_row,
        _loaded_at
    from {{ source('shopify', 'customer') }}
    where accepts_marketing is not null
    union all
    select
        _source_id,
        id,
        'email_marketing' as purpose,
        upper(email_marketing_consent_state) = 'SUBSCRIBED' as is_granted,
        email_marketing_consent_updated_at as decided_at,
        email_marketing_consent_opt_in_level as source_text,
        created_at,
        updated_at,
        coalesce(_fivetran_deleted, false) as is_deleted,
        _file_id,
        _file_row,
        _loaded_at
    from {{ source('shopify', 'gql_customer') }}
    where email_marketing_consent_state is not null
    union all
    select
        _source_id,
        id,
        'sms_marketing' as purpose,
        upper(sms_marketing_consent_state) = 'SUBSCRIBED' as is_granted,
        sms_marketing_consent_updated_at as decided_at,
        cast(null as varchar) as source_text,
        created_at,
        updated_at,
        coalesce(_fivetran_deleted, false) as is_deleted,
        _file_id,
        _file_row,
        _loaded_at
    from {{ source('shopify', 'gql_customer') }}
    where sms_marketing_consent_state is not null
),

changes as (
    select
        *,
        lag(is_granted) over (
            partition by _source_id, id, purpose
            order by updated_at nulls first, _file_id, _file_row
        ) as previous_is_granted
    from states
),

final as (
    select
        _source_id as source_id,
        cast(id as varchar) as source_record_id,
        cast(purpose as varchar) as purpose,
        -- Without a stamp of its own the consent is as old as the version that first shows it.
        cast(coalesce(decided_at, updated_at, created_at) as timestamp) as recorded_at,
        is_granted,
        cast('consent' as varchar) as legal_basis,
        cast(source_text as varchar) as source_text,
        cast(updated_at as timestamp) as updated_at,
        is_deleted,
        _file_id,
        _file_row,
        _loaded_at
    from changes
    -- A customer who was changed otherwise has not decided again.
    where
        previous_is_granted is null
        or previous_is_granted <> is_granted
        or decided_at is not null
        or is_deleted
)

select * from final
