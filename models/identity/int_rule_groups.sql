-- Grain: one value (or pair of values) that one rule would join persons by, or organisations, and why it does not, where
-- it does not.
{{ config(materialized='table') }}
with usable as (
    select
        tokens.node,
        tokens.token_type,
        tokens.token_value
    from {{ ref('int_tokens') }} as tokens
    where tokens.suppressed_reason is null
),

members as (
    select distinct
        rules.rule_id,
        first_token.token_value
        || case when second_token.token_value is null then '' else ' & ' || second_token.token_value end as group_value,
        first_token.node
    from {{ ref('identity_rules') }} as rules
    inner join usable as first_token
        on rules.token_1 = first_token.token_type
    left join usable as second_token
        on
            rules.token_2 = second_token.token_type
            and first_token.node = second_token.node
    where
        rules.is_active
        and (rules.token_2 is null or second_token.token_value is not null)
),

-- Most values are of one profile: nothing of these has to be counted.
shared as (
    select
        rule_id,
        group_value
    from members
    group by rule_id, group_value
    having count(*) > 1
),

sized as (
    select
        members.rule_id,
        members.group_value,
        min(members.node) as first_node,
        count(*) as profile_count,
        count(distinct profiles.name) as name_count,
        count(distinct coalesce(profiles.organization, profiles.surname)) as surname_count,
        list(members.node order by members.node) as nodes
    from members
    inner join shared
        on
            members.rule_id = shared.rule_id
            and members.group_value = shared.group_value
    inner join {{ ref('int_profiles') }} as profiles
        on members.node = profiles.node
    -- A person and the firm that has the same address or phone are two kinds of customer.
    group by members.rule_id, members.group_value, profiles.party_type
    having count(*) > 1
)

select
    sized.rule_id,
    sized.group_value,
    sized.nodes,
    sized.profile_count,
    case
        when sized.profile_count > rules.max_profiles
            then 'shared by ' || sized.profile_count || ' profiles, more than ' || rules.max_profiles
        when sized.name_count > rules.max_names
            then 'carries ' || sized.name_count || ' names, more than ' || rules.max_names
        when sized.surname_count > rules.max_surnames
            then 'carries ' || sized.surname_count || ' surnames, more than ' || rules.max_surnames
    end as suppressed_reason
from sized
inner join {{ ref('identity_rules') }} as rules
    on sized.rule_id = rules.rule_id
