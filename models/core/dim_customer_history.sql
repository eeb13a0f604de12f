-- Grain: one validity period of one customer id: what was known of the customer from `valid_from` to `valid_to`.
-- depends_on: {{ ref('int_source_beliefs') }}
{{ config(materialized='kept') }}
{%- set row = ['customer_id'] %}
{%- if is_kept() %}
{#- A source that is believed otherwise is so about everybody. #}
{%- do touch_customers(
    [ref('int_customer_spans'), ref('dim_customer'), ref('customers'), ref('int_customer_deaths')],
    ['select customer_id from ' ~ ref('customers') ~ ' where exists (from ' ~ changes(ref('int_source_beliefs')) ~ ')'],
) %}
{%- endif %}
with past as (
    select * from ({{ touched_rows(row, ref('int_customer_past')) }}) as stretches
    where valid_from is not null
),

customers as (
    {{ touched_rows(row, ref('customers')) }}
),

points as (
    select
        customer_id,
        greatest(max(valid_from), max(valid_to)) as last_point_at,
        max(arrived_at) filter (where valid_to is null) as known_at
    from ({{ touched_rows(row, ref('int_customer_spans')) }}) as spans
    group by customer_id
),

today as (
    select
        customer_id,
        profile_count,
        {%- for attribute in golden_attributes() %}
        cast({{ attribute }} as varchar) as {{ attribute }}{{ ',' if not loop.last }}
        {%- endfor %}
    from ({{ touched_rows(row, ref('dim_customer')) }}) as known
),

hashed as (
    select
        *,
        {{ row_hash(['profile_count'] + golden_attributes()) }} as said_hash
    from today
),

-- Where the last change is not one that is told, the present began before it.
present as (
    select
        hashed.*,
        coalesce(past.valid_from, points.last_point_at) as valid_from,
        cast(null as timestamp) as valid_to,
        coalesce(past.known_at, points.known_at) as known_at
    from hashed
    inner join points
        on hashed.customer_id = points.customer_id
    left join past
        on
            hashed.customer_id = past.customer_id
            and hashed.said_hash = past.said_hash
            and past.is_last
),

ended as (
    select past.*
    from past
    left join present
        on
            past.customer_id = present.customer_id
            and past.valid_from = present.valid_from
    where present.customer_id is null
),

-- An id whose records left nothing behind to tell of, such as an e-mail that proved to be somebody's.
untold as (
    select
        customers.customer_id,
        customers.created_at as valid_from,
        deaths.died_at as valid_to,
        0 as profile_count
    from customers
    inner join {{ ref('int_customer_deaths') }} as deaths
        on customers.customer_id = deaths.customer_id
    left join points
        on customers.customer_id = points.customer_id
    where points.customer_id is null
),

periods as (
    {{ union_by_name(['select * from ended', 'select * from present', 'select * from untold']) | indent(4) }}
)

select
    periods.customer_id,
    periods.valid_from,
    periods.valid_to,
    periods.valid_to is null as is_current,
    customers.merged_into,
    periods.known_at,
    periods.profile_count,
    periods.party_type,
    {{ display_name('periods') }} as display_name,
    {%- for attribute in golden_attributes() if attribute not in ('party_type', 'birth_date') %}
    periods.{{ attribute }},
    {%- endfor %}
    cast(periods.birth_date as date) as birth_date
from periods
inner join customers
    on periods.customer_id = customers.customer_id
