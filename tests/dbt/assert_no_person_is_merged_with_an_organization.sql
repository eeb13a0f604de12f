-- They are different kinds of customer; only a steward may say otherwise.
with parties as (
    select
        crosswalk.customer_id,
        count(distinct profiles.party_type) as party_types,
        count(decisions.node_1) as decided
    from {{ ref('crosswalk') }} as crosswalk
    inner join {{ ref('int_profiles') }} as profiles
        on
            crosswalk.source_id = profiles.source_id
            and crosswalk.source_record_id = profiles.source_record_id
    left join {{ ref('int_decisions') }} as decisions
        on
            decisions.decision = 'link'
            and profiles.node = decisions.node_1
    group by crosswalk.customer_id
)

select customer_id
from parties
where party_types > 1 and decided = 0
