{# Which of several values becomes the customer's own. The current record and every period of the past use the same. #}

{# The attributes that a customer gets one best value of, in the order people read them. #}
{% macro golden_attributes() %}
    {{ return([
        'party_type', 'full_name', 'given_name', 'family_name', 'email', 'phone', 'birth_date', 'gender',
        'address_line', 'city', 'region', 'postal_code', 'country', 'company', 'job_title', 'language',
    ]) }}
{% endmacro %}

{# Stops where `seeds/survivorship_rules.csv` asks for something that cannot be done: what is declared is honoured. #}
{% macro check_survivorship_rules() %}
    {%- if execute -%}
        {%- set strategies = ['source_priority', 'most_recent', 'most_frequent', 'most_complete'] -%}
        {%- set rules = run_query(
            "select attribute, attribute_group, strategy, source_order, min_agreement from " ~ ref('survivorship_rules') ~ " order by all"
        ).rows -%}
        {%- set problems = [] -%}
        {%- set groups = {} -%}
        {%- set seen = [] -%}
        {%- for attribute, attribute_group, strategy, source_order, min_agreement in rules -%}
            {%- if attribute not in golden_attributes() -%}
                {%- do problems.append("'" ~ attribute ~ "' is no attribute; there are " ~ golden_attributes() | join(', ')) -%}
            {%- elif attribute in seen -%}
                {%- do problems.append("'" ~ attribute ~ "' is listed twice") -%}
            {%- elif attribute_group is none -%}
                {%- do problems.append("'" ~ attribute ~ "' has no attribute_group") -%}
            {%- elif strategy not in strategies -%}
                {%- do problems.append("strategy '" ~ strategy ~ "' of '" ~ attribute ~ "' is none of " ~ strategies | join(', ')) -%}
            {%- elif min_agreement is not none and not 0 <= min_agreement <= 1 -%}
                {%- do problems.append("min_agreement of '" ~ attribute ~ "' is not between 0 and 1") -%}
            {%- elif groups.setdefault(attribute_group, [strategy, source_order, min_agreement]) != [strategy, source_order, min_agreement] -%}
                {%- do problems.append("the attributes of group '" ~ attribute_group ~ "' have different rules; they move together") -%}
            {%- endif -%}
            {%- do seen.append(attribute) -%}
        {%- endfor -%}
        {%- if problems -%}
            {%- do exceptions.raise_compiler_error("survivorship_rules.csv: " ~ problems | join('; ')) -%}
        {%- endif -%}
    {%- endif -%}
{% endmacro %}

{#
  CTEs over `states`, a subset of `int_profile_states`:
    group_rules   one group of attributes, with its number and its rule
    said          one value of one attribute of one state: what was sent, the form it is compared in, why it is kept out
    state_groups  one group of attributes of one state, of usable values alone
  A value is judged once however many profiles say it. Values that differ only in writing are one: case, blanks, accents,
  script, the way a number is written, the order of a name.
#}
{% macro values_said(states) -%}
    group_rules as (
        select distinct
            group_place,
            attribute_group,
            strategy,
            min_agreement
        from {{ ref('int_source_beliefs') }}
    ),

    long_values as (
        {%- for attribute in golden_attributes() %}
        select
            state,
            '{{ attribute }}' as attribute,
            {{ attribute }} as attribute_value,
            {{ 'phone_country' if attribute == 'phone' else "coalesce(party_type, 'person')" if attribute == 'email' else "''" }} as context
        from {{ states }}
        where {{ attribute }} is not null
        {{ 'union all' if not loop.last }}
        {%- endfor %}
    ),

    distinct_values as (
        select distinct
            attribute,
            attribute_value,
            context
        from long_values
    ),

    formed as (
        select
            distinct_values.*,
            coalesce(case distinct_values.attribute
                when 'full_name' then {{ name_key('coalesce(foldings.folded, distinct_values.attribute_value)') }}
                when 'given_name' then {{ name_key('coalesce(foldings.folded, distinct_values.attribute_value)') }}
                when 'family_name' then {{ name_key('coalesce(foldings.folded, distinct_values.attribute_value)') }}
                when 'email' then {{ normalise_email('coalesce(foldings.folded, distinct_values.attribute_value)') }}
                when 'phone' then phones.phone_key
                when 'birth_date' then distinct_values.attribute_value
                when 'gender' then {{ gender_key('distinct_values.attribute_value') }}
                when 'country' then countries.country_code
            end, {{ writing_key('coalesce(foldings.folded, distinct_values.attribute_value)') }}) as compared_as
        from distinct_values
        left join {{ ref('int_text_foldings') }} as foldings
            on distinct_values.attribute_value = foldings.text
        left join {{ ref('int_phone_numbers') }} as phones
            on
                case distinct_values.attribute when 'phone' then distinct_values.attribute_value end = phones.raw_value
                and distinct_values.context = phones.country
        left join {{ ref('countries') }} as countries
            on case distinct_values.attribute when 'country' then lower(distinct_values.attribute_value) end = countries.country_name
    ),

    -- A placeholder is shown as a loser, and never as what we know of a customer.
    judged as (
        select
            *,
            coalesce(
                case
                    when attribute in ('full_name', 'given_name', 'family_name') then {{ bad_value_reason('compared_as', ['name']) }}
                    {%- for type in ['email', 'phone', 'birth_date'] %}
                    when attribute = '{{ type }}' then {{ bad_value_reason('compared_as', [type], 'context') if type == 'email' else bad_value_reason('compared_as', [type]) }}
                    {%- endfor %}
                end,
                {{ bad_value_reason('attribute_value', []) }}
            ) as bad_reason
        from formed
    ),

    said as (
        select
            long_values.state,
            long_values.attribute,
            long_values.attribute_value,
            judged.compared_as,
            judged.bad_reason,
            group_rules.group_place,
            rules.is_needed
        from long_values
        inner join judged
            on
                long_values.attribute = judged.attribute
                and long_values.attribute_value = judged.attribute_value
                and long_values.context = judged.context
        inner join {{ ref('survivorship_rules') }} as rules
            on long_values.attribute = rules.attribute
        inner join group_rules
            on rules.attribute_group = group_rules.attribute_group
    ),

    -- Attributes of one group move together: an address is never mixed from two profiles, nor a name.
    gathered as (
        select
            state,
            group_place,
            count(*) as filled,
            count(*) filter (where is_needed) as needed_filled,
            sum(length(attribute_value)) as value_length,
            max(compared_as) filter (where attribute = 'full_name') as full_name,
            max(compared_as) filter (where attribute = 'given_name') as given_name,
            max(compared_as) filter (where attribute = 'family_name') as family_name,
            {{ combined_hash(row_hash(['attribute', 'compared_as'])) }} filter (
                where attribute not in ('full_name', 'given_name', 'family_name')
            ) as others_hash
        from said
        where bad_reason is null
        group by state, group_place
    ),

    state_groups as (
        select
            gathered.state,
            gathered.group_place,
            gathered.needed_filled,
            -- What the rule goes by; null where that is how many agree.
            case beliefs.strategy
                when 'source_priority' then - beliefs.source_place
                when 'most_complete' then cast(gathered.filled * 1000000 + gathered.value_length as bigint)
                when 'most_recent' then 0
            end as merit,
            -- A whole name and its parts are one value.
            {{ row_hash([
                'coalesce(gathered.full_name, ' ~ joined_name_key('gathered.given_name', 'gathered.family_name') ~ ')',
                'gathered.others_hash',
            ]) }} as group_value,
            states.valid_from as observed_at,
            beliefs.source_place,
            beliefs.source_rank,
            states.source_record_id
        from gathered
        inner join {{ states }} as states
            on gathered.state = states.state
        inner join {{ ref('int_source_beliefs') }} as beliefs
            on
                gathered.group_place = beliefs.group_place
                and states.source_id = beliefs.source_id
    )
{%- endmacro %}

{#
  CTEs over `members` (`subject` columns and `state`) and those of `values_said`: `ranked`, one group of one state of one
  subject with its place. A subject is whatever gets one golden value: a customer, or a customer at some time.
#}
{% macro values_ranked(members, subject) -%}
    {#- Sorted and counted are numbers: texts would be moved many times. -#}
{%- set keys = subject | join(', ') -%}
    subjects as (
        select
            {{ keys }},
            row_number() over () as subject
        from (select distinct {{ keys }} from {{ members }})
    ),

    candidates as (
        select
            subjects.subject,
            state_groups.*
        from {{ members }} as members
        inner join subjects
            on
                {%- for name in subject %}
                members.{{ name }} = subjects.{{ name }}{{ ' and' if not loop.last }}
                {%- endfor %}
        inner join state_groups
            on members.state = state_groups.state
    ),

    agreed as (
        select
            subject,
            group_place,
            group_value,
            count(*) as agreeing
        from candidates
        group by subject, group_place, group_value
    ),

    placed as (
        select
            candidates.subject,
            candidates.group_place,
            candidates.state,
            candidates.group_value,
            agreed.agreeing,
            row_number() over best_first as value_rank,
            first_value(candidates.group_value) over best_first as best_value,
            first_value(agreed.agreeing) over best_first as best_agreeing,
            count(*) over (best_first rows between unbounded preceding and unbounded following) as usable
        from candidates
        inner join agreed
            on
                candidates.subject = agreed.subject
                and candidates.group_place = agreed.group_place
                and candidates.group_value = agreed.group_value
        window best_first as (
            partition by candidates.subject, candidates.group_place
            order by
                candidates.needed_filled desc,
                coalesce(candidates.merit, agreed.agreeing) desc,
                candidates.observed_at desc,
                candidates.source_place,
                candidates.source_rank,
                candidates.source_record_id
        )
    ),

    ranked as (
        select
            {%- for name in subject %}
            subjects.{{ name }},
            {%- endfor %}
            group_rules.strategy,
            group_rules.min_agreement,
            placed.*,
            placed.value_rank = 1 and placed.best_agreeing >= coalesce(group_rules.min_agreement, 0) * placed.usable as is_winner,
            placed.best_agreeing >= coalesce(group_rules.min_agreement, 0) * placed.usable as has_winner
        from placed
        inner join group_rules
            on placed.group_place = group_rules.group_place
        inner join subjects
            on placed.subject = subjects.subject
    )
{%- endmacro %}
