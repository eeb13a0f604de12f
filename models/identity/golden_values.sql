-- Grain: one candidate value of one attribute of one customer from one profile, won or lost, and why.
-- depends_on: {{ ref('bad_identifiers') }}
with spoken_for as (
    select
        crosswalk.customer_id,
        crosswalk.source_id,
        crosswalk.source_record_id,
        coalesce(profiles.updated_at, profiles.created_at, profiles._loaded_at) as observed_at,
        {%- for attribute in golden_attributes() %}
        {%- if attribute in ('email', 'phone') %}
        coalesce(
            profiles.{{ attribute }},
            case when derived.identifier_type = '{{ attribute }}' then derived.identifier_value end
        ) as {{ attribute }},
        {%- else %}
        cast(profiles.{{ attribute }} as varchar) as {{ attribute }},
        {%- endif %}
        {%- endfor %}
        coalesce(sources.trust_tier, 5) as trust_tier
    from {{ ref('crosswalk') }} as crosswalk
    left join {{ ref('profiles') }} as profiles
        on
            crosswalk.source_id = profiles.source_id
            and crosswalk.source_record_id = profiles.source_record_id
    left join {{ ref('int_derived_profiles') }} as derived
        on
            crosswalk.source_id = derived.source_id
            and crosswalk.source_record_id = derived.source_record_id
    left join {{ ref('sources') }} as sources
        on crosswalk.source_id = sources.source_id
),

long as (
    {%- for attribute in golden_attributes() %}
    select
        customer_id,
        source_id,
        source_record_id,
        observed_at,
        trust_tier,
        '{{ attribute }}' as attribute,
        trim({{ attribute }}) as attribute_value
    from spoken_for
    where trim({{ attribute }}) != ''
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

distinct_values as (
    select distinct
        attribute,
        attribute_value
    from long
),

-- A placeholder is shown as a loser, and never as what we know of a person.
bad_values as (
    select
        attribute,
        attribute_value,
        case
            when attribute in ('full_name', 'given_name', 'family_name') then {{ bad_value_reason('attribute_value', ['name']) }}
            {%- for type in ['email', 'phone', 'birth_date'] %}
            when attribute = '{{ type }}' then {{ bad_value_reason('attribute_value', [type]) }}
            {%- endfor %}
            else {{ bad_value_reason('attribute_value', []) }}
        end as reason
    from distinct_values
),

candidates as (
    select
        long.*,
        rules.attribute_group,
        rules.strategy,
        bad_values.reason as bad_reason
    from long
    inner join {{ ref('survivorship_rules') }} as rules
        on long.attribute = rules.attribute
    left join bad_values
        on
            long.attribute = bad_values.attribute
            and long.attribute_value = bad_values.attribute_value
),

-- Attributes of one group move together: an address is never mixed from two profiles.
grouped as (
    select
        customer_id,
        attribute_group,
        source_id,
        source_record_id,
        min(strategy) as strategy,
        min(observed_at) as observed_at,
        min(trust_tier) as trust_tier,
        count(*) as filled,
        sum(length(attribute_value)) as value_length,
        string_agg(attribute || '=' || lower(attribute_value), '|' order by attribute) as group_value
    from candidates
    where bad_reason is null
    group by 1, 2, 3, 4
),

counted as (
    select
        *,
        count(*) over (partition by customer_id, attribute_group, group_value) as frequency
    from grouped
),

ranked as (
    select
        *,
        row_number() over (
            partition by customer_id, attribute_group
            order by
                case when strategy = 'source_priority' then trust_tier end,
                case when strategy = 'most_frequent' then frequency end desc,
                case when strategy = 'most_complete' then filled end desc,
                case when strategy = 'most_complete' then value_length end desc,
                observed_at desc,
                trust_tier,
                source_id,
                source_record_id
        ) as value_rank
    from counted
)

select
    candidates.customer_id,
    candidates.attribute,
    candidates.attribute_value,
    candidates.source_id,
    candidates.source_record_id,
    candidates.observed_at,
    case when candidates.bad_reason is null then cast(ranked.value_rank as integer) end as value_rank,
    candidates.bad_reason is null and ranked.value_rank = 1 as is_winner,
    case
        when candidates.bad_reason is not null then 'kept out: ' || candidates.bad_reason
        when ranked.value_rank = 1 then 'won by ' || replace(ranked.strategy, '_', ' ')
        else 'lost by ' || replace(ranked.strategy, '_', ' ')
    end as reason
from candidates
left join ranked
    on
        candidates.customer_id = ranked.customer_id
        and candidates.attribute_group = ranked.attribute_group
        and candidates.source_id = ranked.source_id
        and candidates.source_record_id = ranked.source_record_id
