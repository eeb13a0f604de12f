-- Grain: one record that ever belonged to a customer, and the customer it belonged to last, as the run before left it.
{{ config(materialized='table') }}
with history as (
    {{ registry_before() }}
),

deaths as (
    {{ customer_deaths('history') }}
),

survivors as (
    {{ customer_survivors('deaths') }}
),

given as (
    select
        customer_id,
        min(valid_from) as created_at
    from history
    group by customer_id
),

latest as (
    select
        source_id,
        source_record_id,
        {{ last_by('customer_id', 'valid_from') }} as customer_id,
        {{ last_by('rule_id', 'valid_from') }} as rule_id,
        count(*) filter (where valid_to is null) > 0 as is_open,
        count(*) as periods
    from history
    group by source_id, source_record_id
)

select
    latest.source_id,
    latest.source_record_id,
    -- An id that was merged away while the record was gone speaks for its survivor: it never comes back itself.
    coalesce(survivors.survivor_id, latest.customer_id) as customer_id,
    given.created_at,
    latest.rule_id,
    latest.is_open,
    latest.periods
from latest
left join survivors
    on latest.customer_id = survivors.customer_id
inner join given
    on coalesce(survivors.survivor_id, latest.customer_id) = given.customer_id
