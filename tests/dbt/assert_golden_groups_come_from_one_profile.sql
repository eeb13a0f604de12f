-- An address is never mixed from two profiles.
select
    winners.customer_id,
    rules.attribute_group,
    count(distinct winners.source_id || ':' || winners.source_record_id) as profiles
from {{ ref('golden_values') }} as winners
inner join {{ ref('survivorship_rules') }} as rules
    on winners.attribute = rules.attribute
where winners.is_winner
group by winners.customer_id, rules.attribute_group
having count(distinct winners.source_id || ':' || winners.source_record_id) > 1
