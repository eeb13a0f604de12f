-- Grain: one value that joins nobody: kept out of every rule, or of one rule because too many share it.
with bad as (
    select
        token_type as value_type,
        token_value,
        suppressed_reason as reason,
        count(*) as profile_count
    from {{ ref('int_tokens') }}
    where suppressed_reason is not null
    group by 1, 2, 3
)

select
    cast(null as varchar) as rule_id,
    value_type,
    token_value as value,
    profile_count,
    reason
from bad
union all
select
    groups.rule_id,
    rules.token_1 || coalesce(' and ' || rules.token_2, ''),
    groups.group_value,
    cast(groups.profile_count as bigint),
    groups.suppressed_reason
from {{ ref('int_rule_groups') }} as groups
inner join {{ ref('identity_rules') }} as rules
    on groups.rule_id = rules.rule_id
where groups.suppressed_reason is not null
