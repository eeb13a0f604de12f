-- Grain: one validity period of one customer id: what was known of the customer from `valid_from` to `valid_to`.
{%- set known = ['party_type', 'display_name'] + golden_attributes()[1:] %}
with ends as (
    select
        customer_id,
        greatest(max(valid_from), max(valid_to)) as last_point_at,
        max(arrived_at) filter (where valid_to is null) as known_at
    from {{ ref('int_customer_spans') }}
    group by customer_id
),

past as (
    select
        past.customer_id,
        past.valid_from,
        past.valid_to,
        past.known_at,
        past.profile_count,
        -- No profile, no kind of customer.
        case when past.profile_count > 0 then coalesce(past.party_type, 'person') end as party_type,
        {{ display_name('past') }} as display_name,
        {%- for attribute in golden_attributes() if attribute not in ('party_type', 'birth_date') %}
        past.{{ attribute }},
        {%- endfor %}
        cast(past.birth_date as date) as birth_date
    from {{ ref('int_customer_past') }} as past
    where past.valid_from is not null
),

present as (
    select
        customers.customer_id,
        ends.last_point_at as valid_from,
        cast(null as timestamp) as valid_to,
        ends.known_at,
        customers.profile_count,
        {%- for column in known %}
        customers.{{ column }}{{ ',' if not loop.last }}
        {%- endfor %}
    from {{ ref('dim_customer') }} as customers
    inner join ends
        on customers.customer_id = ends.customer_id
),

told as (
    {{ union_by_name(['select * from past', 'select * from present']) | indent(4) }}
),

compared as (
    select
        *,
        {{ row_hash(['profile_count'] + known) }} as said_hash,
        max(valid_to) over (partition by customer_id) as ended_at,
        count(*) filter (where valid_to is null) over (partition by customer_id) > 0 as is_live
    from told
),

-- What changed nothing that is told of a customer begins no period.
begun as (
    select *
    from compared
    qualify lag(said_hash) over (partition by customer_id order by valid_from) is distinct from said_hash
),

ordered as (
    select
        *,
        coalesce(
            lead(valid_from) over (partition by customer_id order by valid_from),
            case when not is_live then ended_at end
        ) as period_to
    from begun
),

-- An id whose records left nothing behind to tell of, such as an e-mail that proved to be somebody's.
untold as (
    select
        customers.customer_id,
        customers.created_at as valid_from,
        deaths.died_at as valid_to
    from {{ ref('customers') }} as customers
    inner join {{ ref('int_customer_deaths') }} as deaths
        on customers.customer_id = deaths.customer_id
    left join ends
        on customers.customer_id = ends.customer_id
    where ends.customer_id is null
),

closed as (
    select
        customer_id,
        valid_from,
        period_to as valid_to,
        known_at,
        profile_count,
        {%- for column in known %}
        {{ column }}{{ ',' if not loop.last }}
        {%- endfor %}
    from ordered
),

periods as (
    {{ union_by_name(['select * from closed', 'select *, 0 as profile_count from untold']) | indent(4) }}
)

select
    periods.customer_id,
    periods.valid_from,
    periods.valid_to,
    periods.valid_to is null as is_current,
    customers.merged_into,
    periods.known_at,
    periods.profile_count,
    {%- for column in known %}
    periods.{{ column }}{{ ',' if not loop.last }}
    {%- endfor %}
from periods
inner join {{ ref('customers') }} as customers
    on periods.customer_id = customers.customer_id
