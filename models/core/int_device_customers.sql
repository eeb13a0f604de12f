-- Grain: one device that leads to a customer: by an identifier, or because someone logged in on it. One that leads to
-- several names none: what happens on it without a login is theirs of the visit alone (`int_device_visits`).
{{ config(meta={'compared': ['device_id', 'customer_id']}) }}
with logins as (
    select distinct
        trim(web_events.device_id) as device_id,
        identified.customer_id
    from {{ ref('web_events') }} as web_events
    inner join {{ ref('int_identifier_customers') }} as identified
        on
            identified.identifier_type = 'login_id'
            and trim(web_events.login_id) = identified.identifier_value
    where web_events.device_id is not null
),

declared as (
    select
        identifier_value as device_id,
        customer_id
    from {{ ref('int_identifier_customers') }}
    where identifier_type in ('device_id', 'cookie_id')
),

known as (
    select * from logins
    union
    select * from declared
)

select
    device_id,
    case when min(customer_id) = max(customer_id) then min(customer_id) end as customer_id
from known
group by device_id
