-- Grain: one relationship between two profiles of one source that are two customers now.
select
    source_id,
    customer_id,
    related_customer_id,
    {%- for name in entity_columns('relationships') if name != 'is_deleted' %}
    {{ name }},
    {%- endfor %}
    coalesce(valid_from < {{ as_of_date() }} + interval 1 day, true)
    and coalesce(valid_to >= {{ as_of_date() }} + interval 1 day, true) as is_current,
    _file_id,
    _file_row
from {{ ref('int_relationship_ends') }}
-- Nobody pays for or guards himself: two profiles that proved to be one customer have no relationship.
where customer_id is null or related_customer_id is null or customer_id != related_customer_id
