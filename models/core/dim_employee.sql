-- Grain: one employee or bot of one source.
select
    source_id,
    {%- for name in entity_columns('employees') if name != 'is_deleted' %}
    {{ name }},
    {%- endfor %}
    _file_id,
    _file_row
from {{ ref('employees') }}
