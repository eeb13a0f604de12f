-- Grain: one organisational unit of one source.
with seen as (
    select source_id, org_unit from {{ ref('dim_employee') }}
    union
    select source_id, org_unit from {{ ref('fct_process_steps') }}
)

select
    seen.source_id,
    seen.org_unit,
    count(employees.employee_id) as employee_count
from seen
left join {{ ref('dim_employee') }} as employees
    on
        seen.source_id = employees.source_id
        and seen.org_unit = employees.org_unit
where seen.org_unit is not null
group by seen.source_id, seen.org_unit
