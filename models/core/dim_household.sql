-- Grain: one household: persons who, by what sources tell and by what they share, live together.
select
    household_id,
    count(*) as member_count,
    min(confidence) as confidence
from {{ ref('household_members') }}
group by household_id
