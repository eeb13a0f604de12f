-- Grain: one past period of one customer with the golden values of that time. Only customers about whom something changed
-- are worked out anew; where nothing of the past is left of one, a row without time takes the place of what was there.
-- depends_on: {{ ref('bad_identifiers') }}
{{ config(
    materialized='incremental',
    incremental_strategy='delete+insert',
    unique_key='customer_id',
    on_schema_change='sync_all_columns',
) }}
{%- set logic -%}
{{ values_said('states') }},

{{ values_ranked('members', ['customer_id', 'valid_from']) }}
{%- endset %}
with spans as (
    select * from {{ ref('int_customer_spans') }}
),

points as (
    select
        customer_id,
        valid_from as point_at
    from spans
    union
    select
        customer_id,
        valid_to
    from spans
    where valid_to is not null
),

stretches as (
    select
        customer_id,
        point_at as valid_from,
        lead(point_at) over (partition by customer_id order by point_at) as valid_to
    from points
),

past as (
    select *
    from stretches
    where valid_to is not null
),

-- Rules are what they are today, also for the past: a changed rule, or a newer release, works out every customer anew.
rules as (
    select {{ combined_hash(row_hash(['attribute_group', 'source_id', 'strategy', 'min_agreement', 'source_place'])) }} as rules_hash
    from {{ ref('int_source_beliefs') }}
),

attributes as (
    select {{ combined_hash(row_hash(['attribute', 'attribute_group', 'is_needed'])) }} as attributes_hash
    from {{ ref('survivorship_rules') }}
),

contents as (
    select
        spans.customer_id,
        {{ combined_hash(row_hash(['spans.content_hash', 'spans.valid_from', 'spans.valid_to'])) }} as content_hash
    from spans
    where spans.customer_id in (select customer_id from past)
    group by spans.customer_id
),

inputs as (
    select
        contents.customer_id,
        {{ row_hash(["'" ~ local_md5(model.raw_code ~ logic) ~ "'", 'contents.content_hash', 'rules.rules_hash', 'attributes.attributes_hash']) }} as input_hash
    from contents
    cross join rules
    cross join attributes
),

touched as (
    select inputs.*
    from inputs
    {%- if is_incremental() %}
    left join (select distinct customer_id, input_hash from {{ this }}) as earlier
        on
            inputs.customer_id = earlier.customer_id
            and inputs.input_hash = earlier.input_hash
    where earlier.customer_id is null
    {%- endif %}
),

members as (
    select
        past.customer_id,
        past.valid_from,
        spans.state,
        spans.arrived_at
    from touched
    inner join past
        on touched.customer_id = past.customer_id
    inner join spans
        on
            past.customer_id = spans.customer_id
            and past.valid_from >= spans.valid_from
            and (spans.valid_to is null or past.valid_to <= spans.valid_to)
),

states as (
    select *
    from {{ ref('int_profile_states') }}
    where state in (select state from members)
),

{{ logic }},

profiles as (
    select
        customer_id,
        valid_from,
        count(*) as profile_count,
        max(arrived_at) as known_at
    from members
    group by customer_id, valid_from
),

golden as (
    select
        ranked.customer_id,
        ranked.valid_from,
        {%- for attribute in golden_attributes() %}
        max(said.attribute_value) filter (where said.attribute = '{{ attribute }}') as {{ attribute }}{{ ',' if not loop.last }}
        {%- endfor %}
    from ranked
    inner join said
        on
            ranked.state = said.state
            and ranked.group_place = said.group_place
    where ranked.is_winner and said.bad_reason is null
    group by ranked.customer_id, ranked.valid_from
),

worked_out as (
    select
        past.customer_id,
        past.valid_from,
        past.valid_to,
        profiles.known_at,
        coalesce(profiles.profile_count, 0) as profile_count,
        -- No profile, no kind of customer.
        case when profiles.profile_count > 0 then coalesce(golden.party_type, 'person') end as party_type,
        {%- for attribute in golden_attributes()[1:] %}
        golden.{{ attribute }},
        {%- endfor %}
        touched.input_hash
    from touched
    inner join past
        on touched.customer_id = past.customer_id
    left join profiles
        on
            past.customer_id = profiles.customer_id
            and past.valid_from = profiles.valid_from
    left join golden
        on
            past.customer_id = golden.customer_id
            and past.valid_from = golden.valid_from
),

hashed as (
    select
        *,
        {{ row_hash(['profile_count'] + golden_attributes()) }} as said_hash,
        max(valid_to) over (partition by customer_id) as past_to
    from worked_out
),

-- What changed nothing that is told of a customer begins no period.
begun as (
    select *
    from hashed
    qualify lag(said_hash) over (partition by customer_id order by valid_from) is distinct from said_hash
),

periods as (
    select
        customer_id,
        valid_from,
        coalesce(lead(valid_from) over (partition by customer_id order by valid_from), past_to) as valid_to,
        lead(valid_from) over (partition by customer_id order by valid_from) is null as is_last,
        known_at,
        profile_count,
        {%- for attribute in golden_attributes() %}
        {{ attribute }},
        {%- endfor %}
        said_hash,
        input_hash
    from begun
)
{%- if is_incremental() %},

pastless as (
    select distinct earlier.customer_id
    from {{ this }} as earlier
    left join inputs
        on earlier.customer_id = inputs.customer_id
    where earlier.valid_from is not null and inputs.customer_id is null
)

{{ union_by_name(['select * from periods', 'select customer_id from pastless']) }}
{%- else %}

select * from periods
{%- endif %}
