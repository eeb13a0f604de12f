-- Grain: one normalised identifier of one profile. The type is part of what is compared.
{{ config(materialized='table') }}
with profiles as (
    select
        profiles.source_id,
        profiles.source_record_id,
        profiles.email,
        profiles.phone,
        coalesce(countries.country_code, sources.default_country, '') as country,
        sources.default_country
    from {{ ref('profiles') }} as profiles
    left join {{ ref('sources') }} as sources
        on profiles.source_id = sources.source_id
    left join {{ ref('countries') }} as countries
        on lower(trim(profiles.country)) = countries.country_name
),

sent as (
    select
        source_id,
        source_record_id,
        'email' as identifier_type,
        email as raw_value,
        country
    from profiles
    where email is not null
    union all
    select
        source_id,
        source_record_id,
        'phone',
        phone,
        country
    from profiles
    where phone is not null
    union all
    select
        identifiers.source_id,
        identifiers.source_record_id,
        identifiers.identifier_type,
        identifiers.identifier_value,
        coalesce(profiles.default_country, '')
    from {{ ref('identifiers') }} as identifiers
    -- An identifier of a record that no profile stands for creates no customer.
    inner join profiles
        on
            identifiers.source_id = profiles.source_id
            and identifiers.source_record_id = profiles.source_record_id
),

normalised as (
    select
        sent.source_id,
        sent.source_record_id,
        case when sent.identifier_type like 'external:%' then 'record' else sent.identifier_type end as identifier_type,
        case
            when sent.identifier_type = 'email' then emails.email_key
            when sent.identifier_type = 'phone' then phones.phone_key
            when sent.identifier_type like 'external:%'
                then substr(sent.identifier_type, 10) || ':' || trim(sent.raw_value)
            when sent.identifier_type in ('device_id', 'cookie_id', 'login_id', 'card_fingerprint') then trim(sent.raw_value)
            else {{ regexp_replace_all("lower(sent.raw_value)", "'[\\s.\\-/]+'", "''") }}
        end as identifier_value
    from sent
    -- By equalities alone: a condition on one side only would compare every value with every address.
    left join {{ ref('int_email_addresses') }} as emails
        on case when sent.identifier_type = 'email' then sent.raw_value end = emails.raw_value
    left join {{ ref('int_phone_numbers') }} as phones
        on
            case when sent.identifier_type = 'phone' then sent.raw_value end = phones.raw_value
            and sent.country = phones.country
)

select distinct
    normalised.source_id,
    normalised.source_record_id,
    normalised.identifier_type,
    normalised.identifier_value
from normalised
where normalised.identifier_value is not null and normalised.identifier_value != ''
