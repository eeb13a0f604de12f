-- Grain: one live customer.
{{ config(materialized='kept') }}
{%- set row = ['customer_id'] %}
{%- do touch_customers([ref('golden_values'), ref('crosswalk'), ref('customers'), ref('int_name_conflicts')]) %}
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
    from (select *, value_rank is not null as is_usable from ({{ touched_rows(row, ref('golden_values')) }}) as candidates)
    group by customer_id
),

profiles as (
    select
        customer_id,
        count(*) as profile_count,
        count(distinct source_id) as source_count,
        string_agg(distinct source_id, ', ' order by source_id) as sources
    from ({{ touched_rows(row, ref('crosswalk')) }}) as members
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
from ({{ touched_rows(row, ref('customers')) }}) as customers
inner join profiles
    on customers.customer_id = profiles.customer_id
left join golden
    on customers.customer_id = golden.customer_id
left join {{ ref('int_name_conflicts') }} as name_conflicts
    on customers.customer_id = name_conflicts.customer_id
where customers.is_live
