-- Grain: one pair of profiles with all that speaks for or against their being one customer, in bits.
{{ config(materialized='table') }}
{#- What a rule is worth where nothing personal contradicts it. -#}
{%- set rule_bits = 8 %}
{%- set other_firm_bits = -2 %}
{#-
  What a person's name must be worth to join alone, by what these profiles tell of how many bear it, and what the whole
  name of a firm is worth alone. Fewer than a thousand profiles tell of a name in proportion less.
-#}
{%- set name_bits = 4 %}
{%- set telling_profiles = 1000 %}
{#- The strongest level at which the names of two firms agree. -#}
{%- set same_firm_name = 3 %}
{%- set beyond_names = ['birth_date', 'email', 'phone', 'address', 'job_title', 'national_id'] %}
with firms as (
    select
        node,
        organization
    from {{ ref('int_match_features') }}
    where organization is not null
),

rules as (
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
            when is_name_alone and gamma_organization_name = {{ same_firm_name }} then greatest(match_weight, {{ name_bits }})
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
)

select
    coalesce(compared.node_1, rules.node_1) as node_1,
    coalesce(compared.node_2, rules.node_2) as node_2,
    rules.rule_id,
    compared.match_weight,
    case
        when rules.is_named then greatest(coalesce(compared.weight, 0), {{ rule_bits }})
        -- The firms of one house or one accountant share an address, and are not compared by name where there are few.
        when
            compared.gamma_organization_name is null
            and one_firm.organization not like other_firm.organization || '%'
            and other_firm.organization not like one_firm.organization || '%'
            then least(compared.weight, {{ other_firm_bits }})
        when rules.rule_id is null then compared.weight
        when compared.gamma_organization_name = 0 then compared.weight
        -- People who share an address or a telephone bear different given names: then the model decides. Names in two
        -- scripts do not contradict each other: many who are called 郭诚俊 are also called Kevin.
        when compared.gamma_given_name = 0 and (one.given_han is null) = (other.given_han is null) then compared.weight
        when compared.gamma_given_name = -1 and compared.is_doubted then compared.weight
        else greatest(coalesce(compared.weight, 0), {{ rule_bits }})
    end as weight
from compared
full join rules
    on
        compared.node_1 = rules.node_1
        and compared.node_2 = rules.node_2
left join {{ ref('int_match_features') }} as one
    on rules.node_1 = one.node
left join {{ ref('int_match_features') }} as other
    on rules.node_2 = other.node
left join firms as one_firm
    on coalesce(compared.node_1, rules.node_1) = one_firm.node
left join firms as other_firm
    on coalesce(compared.node_2, rules.node_2) = other_firm.node
