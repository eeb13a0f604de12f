-- Grain: one profile.
{{ config(meta={'compared': ['source_id', 'source_record_id', 'customer_id']}) }}
with registry as (
    select *
    from {{ ref('identity_registry') }}
    where valid_to is null
),

sized as (
    select
        customer_id,
        count(*) as cluster_size
    from registry
    group by customer_id
)

select
    registry.source_id,
    registry.source_record_id,
    registry.customer_id,
    case
        when registry.source_record_id like 'derived:%' then 'derived'
        when sized.cluster_size > 1 then 'matched'
        else 'single'
    end as match_status,
    sized.cluster_size,
    registry.valid_from
from registry
inner join sized
    on registry.customer_id = sized.customer_id
