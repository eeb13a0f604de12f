-- Grain: one identifier that belongs to exactly one customer; a shared one attributes nothing.
{{ config(meta={'compared': ['identifier_type', 'identifier_value', 'customer_id']}) }}
select
    tokens.token_type as identifier_type,
    tokens.token_value as identifier_value,
    min(crosswalk.customer_id) as customer_id
from {{ ref('int_tokens') }} as tokens
inner join {{ ref('int_profiles') }} as profiles
    on tokens.node = profiles.node
inner join {{ ref('crosswalk') }} as crosswalk
    on
        profiles.source_id = crosswalk.source_id
        and profiles.source_record_id = crosswalk.source_record_id
where
    tokens.suppressed_reason is null
    and tokens.token_type in ('email', 'phone', 'device_id', 'cookie_id', 'login_id')
group by 1, 2
having min(crosswalk.customer_id) = max(crosswalk.customer_id)
