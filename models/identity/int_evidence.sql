-- Grain: one pair of profiles with all that speaks for or against their being one customer, in bits.
{{ config(materialized='table') }}
{#- What a rule is worth where nothing personal contradicts it. -#}
{%- set rule_bits = 8 %}
{%- set other_firm_bits = -2 %}
{#-
  What a name must be worth to join alone, by what these profiles tell of how many bear it. Fewer than a thousand profiles
  tell of a name in proportion less.
-#}
{%- set name_bits = 4 %}
{%- set telling_profiles = 1000 %}
{#-
  What a faceless profile is worth to each of those who share its address, where they contradict each other below this:
  so little that even several together do not join them.
-#}
{%- set contradicts_below = -2 %}
{%- set torn_bits = 0.25 %}
{%- set beyond_names = ['birth_date', 'email', 'phone', 'address', 'job_title', 'national_id'] %}
with rules as (
    select
        node_1,
        node_2,
        min(rule_id) as rule_id,
        -- A system that names the record of another knows what it says.
        bool_or(rule_id = 'record') as is_named
    from {{ ref('int_rule_edges') }}
    group by 1, 2
),

scored as (
    select
        *,
        coalesce(greatest({% for name in beyond_names %}gamma_{{ name }}{{ ', ' if not loop.last }}{% endfor %}), -1) = -1
            as is_name_alone,
        (select count(*) from {{ ref('int_match_features') }}) as profile_count
    from {{ ref('int_pair_scores') }}
),

compared as (
    select
        node_1,
        node_2,
        match_weight,
        case
            -- Two profiles that nothing contradicts, and of which too little is known to join them, hardly speak against
            -- a cluster that others join.
            when match_weight < 0 and against > -0.5 then match_weight / 8
            when
                is_name_alone and match_weight > 0
                and match_weight < {{ name_bits }} + greatest(0, log2({{ telling_profiles }} / profile_count))
                then 0
            else match_weight
        end as weight,
        gamma_given_name,
        gamma_organization_name,
        0 in (coalesce(gamma_birth_date, -1), coalesce(gamma_national_id, -1)) as is_doubted
    from scored
),

paired as (
    select
        coalesce(compared.node_1, rules.node_1) as node_1,
        coalesce(compared.node_2, rules.node_2) as node_2,
        rules.rule_id,
        coalesce(rules.is_named, false) as is_named,
        compared.match_weight,
        compared.weight,
        compared.gamma_given_name,
        compared.gamma_organization_name,
        compared.is_doubted
    from compared
    full join rules
        on
            compared.node_1 = rules.node_1
            and compared.node_2 = rules.node_2
),

-- Profiles that say nothing of the person, like an order with an e-mail address and no name, are faceless.
profiles as (
    select
        node,
        given,
        family,
        given_han is null as is_spelt,
        organization,
        coalesce(given, family, organization, birth_year, national_id) is null as is_faceless
    from {{ ref('int_match_features') }}
),

weighed as (
    select
        paired.node_1,
        paired.node_2,
        paired.rule_id,
        paired.match_weight,
        case
            when paired.is_named then greatest(coalesce(paired.weight, 0), {{ rule_bits }})
            -- The firms of one house or one accountant share an address, and are not compared by name where there are few.
            when
                paired.gamma_organization_name is null
                and one.organization not like other.organization || '%'
                and other.organization not like one.organization || '%'
                then least(paired.weight, {{ other_firm_bits }})
            when paired.rule_id is null then paired.weight
            when paired.gamma_organization_name = 0 then paired.weight
            -- People who share an address or a telephone bear different given names: then the model decides. Names in two
            -- scripts do not contradict each other: many who are called 郭诚俊 are also called Kevin.
            when paired.gamma_given_name = 0 and one.is_spelt = other.is_spelt then paired.weight
            when paired.gamma_given_name = -1 and paired.is_doubted then paired.weight
            else greatest(coalesce(paired.weight, 0), {{ rule_bits }})
        end as weight,
        paired.rule_id is not null and not paired.is_named and one.is_faceless != other.is_faceless as is_of_faceless,
        case when one.is_faceless then paired.node_1 else paired.node_2 end as faceless_node,
        case when one.is_faceless then paired.node_2 else paired.node_1 end as other_node,
        -- Names in the other order, one of them a short form, are no contradiction.
        paired.gamma_given_name = 0
        and coalesce(one.given != other.family and one.family != other.given, true) as are_named_apart
    from paired
    inner join profiles as one
        on paired.node_1 = one.node
    inner join profiles as other
        on paired.node_2 = other.node
),

-- Where people who share its address contradict each other, a faceless profile could be of any of them, and would make
-- them one.
torn as (
    select distinct one.faceless_node as node
    from weighed as one
    inner join weighed as other
        on
            one.faceless_node = other.faceless_node
            and one.other_node < other.other_node
    inner join weighed as apart
        on
            one.other_node = apart.node_1
            and other.other_node = apart.node_2
    where
        one.is_of_faceless
        and other.is_of_faceless
        and apart.are_named_apart
        and apart.weight < {{ contradicts_below }}
)

select
    weighed.node_1,
    weighed.node_2,
    weighed.rule_id,
    weighed.match_weight,
    case
        when weighed.is_of_faceless and torn.node is not null then least(weighed.weight, {{ torn_bits }})
        else weighed.weight
    end as weight,
    weighed.is_of_faceless and torn.node is not null as is_torn
from weighed
left join torn
    on weighed.faceless_node = torn.node
