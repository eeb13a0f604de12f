-- Grain: one customer, a person, who shares a household with others.
{{ config(meta={'compared': ['customer_id', 'household_id']}) }}
with members as (
    select
        customer_id,
        'h_' || substr(first_customer_id, 3) as household_id
    from {{ ref('int_households') }}
),

-- Each reason counts for both.
reasons as (
    select
        customer_id_1 as customer_id,
        customer_id_2 as other_customer_id,
        rule_id
    from {{ ref('int_household_evidence') }}
    union all
    select
        customer_id_2,
        customer_id_1,
        rule_id
    from {{ ref('int_household_evidence') }}
),

sides as (
    select
        customer_id_1 as customer_id,
        customer_id_2 as other_customer_id,
        confidence
    from {{ ref('int_household_pairs') }}
    union all
    select
        customer_id_2,
        customer_id_1,
        confidence
    from {{ ref('int_household_pairs') }}
)

select
    members.household_id,
    members.customer_id,
    max(sides.confidence) as confidence,
    string_agg(distinct rules.description, '; ' order by rules.description) as evidence
from members
inner join sides
    on members.customer_id = sides.customer_id
inner join members as others
    on
        sides.other_customer_id = others.customer_id
        and members.household_id = others.household_id
inner join reasons
    on
        sides.customer_id = reasons.customer_id
        and sides.other_customer_id = reasons.other_customer_id
inner join {{ ref('household_rules') }} as rules
    on reasons.rule_id = rules.rule_id
group by members.household_id, members.customer_id
