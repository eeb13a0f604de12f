-- Grain: one answer of one employee.
select
    source_id,
    {%- for name in entity_columns('employee_feedback') if name != 'is_deleted' %}
    {{ name }},
    {%- endfor %}
    _file_id,
    _file_row
from {{ ref('employee_feedback') }}
