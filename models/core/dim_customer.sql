-- Grain: one live customer.
with golden as (
    select
        customer_id,
        {%- for attribute in golden_attributes() %}
        max(attribute_value) filter (where attribute = '{{ attribute }}' and is_winner) as {{ attribute }},
        {%- endfor %}
        count(distinct compared_as) filter (where attribute = 'email' and is_usable) as email_count,
        count(distinct compared_as) filter (where attribute = 'phone' and is_usable) as phone_count,
        count(distinct compared_as) filter (where attribute = 'birth_date' and is_usable) > 1 as has_birth_date_conflict,
        count(distinct compared_as) filter (where attribute = 'gender' and is_usable) > 1 as has_gender_conflict
    from (select *, value_rank is not null as is_usable from {{ ref('golden_values') }})
    group by customer_id
),

-- A whole name in one profile and its parts in another are one name.
names as (
    select
        customer_id,
        source_id,
        source_record_id,
        max(compared_as) filter (where attribute = 'full_name') as full_name,
        max(compared_as) filter (where attribute = 'given_name') as given_name,
        max(compared_as) filter (where attribute = 'family_name') as family_name
    from {{ ref('golden_values') }}
    where attribute in ('full_name', 'given_name', 'family_name') and value_rank is not null
    group by customer_id, source_id, source_record_id
),

name_conflicts as (
    select customer_id
    from names
    group by customer_id
    having count(distinct coalesce(full_name, {{ joined_name_key('given_name', 'family_name') }})) > 1
),

profiles as (
    select
        customer_id,
        count(*) as profile_count,
        count(distinct source_id) as source_count,
        string_agg(distinct source_id, ', ' order by source_id) as sources
    from {{ ref('crosswalk') }}
    group by customer_id
)

select
    customers.customer_id,
    coalesce(golden.party_type, 'person') as party_type,
    {{ display_name('golden') }} as display_name,
    {%- for attribute in golden_attributes() if attribute not in ('party_type', 'birth_date') %}
    golden.{{ attribute }},
    {%- endfor %}
    cast(golden.birth_date as date) as birth_date,
    coalesce(golden.email_count, 0) as email_count,
    coalesce(golden.phone_count, 0) as phone_count,
    name_conflicts.customer_id is not null as has_name_conflict,
    coalesce(golden.has_birth_date_conflict, false) as has_birth_date_conflict,
    coalesce(golden.has_gender_conflict, false) as has_gender_conflict,
    round((
        {%- for attribute in ['full_name', 'email', 'phone', 'birth_date', 'address_line', 'city', 'postal_code', 'country'] %}
        case when golden.{{ attribute }} is not null
            {%- if attribute == 'full_name' %} or golden.family_name is not null or golden.given_name is not null{% endif %} then 1.0 else 0.0 end
        {{- ' +' if not loop.last }}
        {%- endfor %}
    ) / 8, 4) as completeness,
    profiles.profile_count,
    profiles.source_count,
    profiles.sources,
    customers.created_at
from {{ ref('customers') }} as customers
inner join profiles
    on customers.customer_id = profiles.customer_id
left join golden
    on customers.customer_id = golden.customer_id
left join name_conflicts
    on customers.customer_id = name_conflicts.customer_id
where customers.is_live
