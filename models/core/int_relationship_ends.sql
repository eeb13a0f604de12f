-- Grain: one relationship between two profiles of one source, with the customers they belong to now.
select
    relationships.source_id,
    one.customer_id,
    other.customer_id as related_customer_id,
    {%- for name in entity_columns('relationships') if name != 'is_deleted' %}
    relationships.{{ name }},
    {%- endfor %}
    relationships._file_id,
    relationships._file_row
from {{ ref('relationships') }} as relationships
left join {{ ref('crosswalk') }} as one
    on
        relationships.source_id = one.source_id
        and relationships.source_record_id = one.source_record_id
left join {{ ref('crosswalk') }} as other
    on
        relationships.source_id = other.source_id
        and relationships.related_record_id = other.source_record_id
