-- Grain: one fix of one topic.
select
    source_id,
    {%- for name in entity_columns('fixes') if name != 'is_deleted' %}
    {{ name }},
    {%- endfor %}
    _file_id,
    _file_row
from {{ ref('fixes') }}
