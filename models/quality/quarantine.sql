-- Grain: one refused row that nobody has dealt with yet: refused by the loader (raw) or while versions were resolved (staging).
select
    source_id,
    table_name,
    file_name,
    line_number,
    layer,
    reason,
    record,
    quarantined_at
from {{ source('state', 'quarantine') }}
where resolved_at is null
{%- for entity in reconciled_entities() %}
union all
select
    versions.source_id,
    coalesce(files.table_name, '{{ entity }}') as table_name,
    files.file_name,
    -- Staging knows the record, not the line: a header stands above the first of a table.
    versions._file_row
    + case when {{ regexp_like("lower(files.file_name)", "'\\.(csv|csv\\.gz|xlsx)$'") }} then 1 else 0 end as line_number,
    'staging' as layer,
    versions._reject_reason as reason,
    {{ json_record('versions', entity_columns(entity)) }} as record,
    versions._loaded_at as quarantined_at
from {{ ref(entity ~ '_versions') }} as versions
left join {{ source('state', 'files') }} as files
    on versions._file_id = files.file_id
where versions._outcome = 'quarantined'
{%- endfor %}
