-- Grain: one reason why two customers, both persons, may share a household.
{{ config(materialized='table') }}
with rules as (
    select * from {{ ref('household_rules') }}
    where is_active
),

golden as (
    select
        customer_id,
        max(compared_as) filter (where attribute = 'party_type') as party_type,
        max(compared_as) filter (where attribute = 'address_line') as address_line,
        coalesce(
            max(compared_as) filter (where attribute = 'postal_code'),
            max(compared_as) filter (where attribute = 'city')
        ) as place
    from {{ ref('golden_values') }}
    where is_winner and attribute in ('party_type', 'address_line', 'postal_code', 'city')
    group by customer_id
),

persons as (
    select
        customer_id,
        {{ street_key('address_line') }} || ', ' || place as address
    from golden
    where party_type is distinct from 'organization'
),

surnames as (
    select distinct
        crosswalk.customer_id,
        profiles.family as surname
    from {{ ref('int_profiles') }} as profiles
    inner join {{ ref('crosswalk') }} as crosswalk
        on
            profiles.source_id = crosswalk.source_id
            and profiles.source_record_id = crosswalk.source_record_id
    inner join persons
        on crosswalk.customer_id = persons.customer_id
    where profiles.family is not null
),

phones as (
    select distinct
        crosswalk.customer_id,
        tokens.token_value as phone
    from {{ ref('int_tokens') }} as tokens
    inner join {{ ref('int_profiles') }} as profiles
        on tokens.node = profiles.node
    inner join {{ ref('crosswalk') }} as crosswalk
        on
            profiles.source_id = crosswalk.source_id
            and profiles.source_record_id = crosswalk.source_record_id
    inner join persons
        on crosswalk.customer_id = persons.customer_id
    where tokens.token_type = 'phone' and tokens.suppressed_reason is null
),

-- A value that more customers share than a household has members belongs to a building or a switchboard.
homes as (
    select
        address,
        count(*) as customer_count
    from persons
    where address is not null
    group by address
    having count(*) > 1
),

lines as (
    select
        phone,
        count(*) as customer_count
    from phones
    group by phone
    having count(*) > 1
),

-- How likely somebody chosen at random has the surname. What few customers can say is not taken at its word.
commonness as (
    select
        surname,
        count(*) as carriers,
        (select count(*) from persons) as customers
    from surnames
    group by surname
),

groups as (
    select
        'address_and_surname' as rule_id,
        persons.address || ' ' || surnames.surname as shared,
        persons.customer_id,
        homes.customer_count,
        surnames.surname
    from persons
    inner join homes
        on persons.address = homes.address
    inner join surnames
        on persons.customer_id = surnames.customer_id
    union all
    select
        'address_and_phone',
        persons.address || ' ' || phones.phone,
        persons.customer_id,
        lines.customer_count,
        cast(null as varchar)
    from persons
    inner join homes
        on persons.address = homes.address
    inner join phones
        on persons.customer_id = phones.customer_id
    inner join lines
        on phones.phone = lines.phone
    union all
    select
        'phone_and_surname',
        phones.phone || ' ' || surnames.surname,
        phones.customer_id,
        lines.customer_count,
        cast(null as varchar)
    from phones
    inner join lines
        on phones.phone = lines.phone
    inner join surnames
        on phones.customer_id = surnames.customer_id
),

members as (
    select
        groups.rule_id,
        groups.shared,
        groups.customer_id,
        groups.customer_count,
        groups.surname,
        count(*) over (partition by groups.rule_id, groups.shared) as carriers_here,
        rules.confidence
    from groups
    inner join rules
        on groups.rule_id = rules.rule_id
    where groups.customer_count <= coalesce(rules.max_customers, groups.customer_count)
),

shared_pairs as (
    select
        one.customer_id as customer_id_1,
        other.customer_id as customer_id_2,
        one.rule_id,
        -- Of those in a building who share a common surname some do so by chance: as many as the others there would be
        -- expected to be called so, by how often the surname is met elsewhere.
        one.confidence * greatest(0, 1 - coalesce(
            (one.customer_count - 1)
            * (commonness.carriers - one.carriers_here + 0.5)
            / (commonness.customers - one.customer_count + 50),
            0
        )) as confidence
    from members as one
    inner join members as other
        on
            one.rule_id = other.rule_id
            and one.shared = other.shared
            and one.customer_id < other.customer_id
    left join commonness
        on one.surname = commonness.surname
),

told_pairs as (
    select
        least(relationships.customer_id, relationships.related_customer_id) as customer_id_1,
        greatest(relationships.customer_id, relationships.related_customer_id) as customer_id_2,
        rules.rule_id,
        rules.confidence
    from {{ ref('customer_relationships') }} as relationships
    inner join rules
        on rules.rule_id = case relationships.role when 'household' then 'told' when 'guardian_of' then 'guardian' end
    inner join persons as one
        on relationships.customer_id = one.customer_id
    inner join persons as other
        on relationships.related_customer_id = other.customer_id
    where relationships.is_current
),

pairs as (
    select * from shared_pairs
    union all
    select * from told_pairs
)

select
    customer_id_1,
    customer_id_2,
    rule_id,
    max(confidence) as confidence
from pairs
group by 1, 2, 3
