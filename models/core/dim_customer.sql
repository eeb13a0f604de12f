-- Grain: one live customer.
with golden as (
    select
        customer_id,
        {%- for attribute in golden_attributes() %}
        max(attribute_value) filter (where attribute = '{{ attribute }}' and is_winner) as {{ attribute }},
        {%- endfor %}
        count(distinct lower(attribute_value)) filter (where attribute = 'email' and reason not like 'kept out%') as email_count,
        count(distinct attribute_value) filter (where attribute = 'phone' and reason not like 'kept out%') as phone_count,
        count(distinct attribute_value) filter (where attribute = 'birth_date' and reason not like 'kept out%') > 1 as has_birth_date_conflict,
        count(distinct lower(attribute_value)) filter (where attribute = 'gender' and reason not like 'kept out%') > 1 as has_gender_conflict
    from {{ ref('golden_values') }}
    group by customer_id
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
    coalesce(
        golden.full_name,
        nullif(trim(coalesce(golden.given_name, '') || ' ' || coalesce(golden.family_name, '')), ''),
        golden.company
    ) as display_name,
    {%- for attribute in golden_attributes() if attribute not in ('party_type', 'birth_date') %}
    golden.{{ attribute }},
    {%- endfor %}
    cast(golden.birth_date as date) as birth_date,
    coalesce(golden.email_count, 0) as email_count,
    coalesce(golden.phone_count, 0) as phone_count,
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
where customers.is_live
