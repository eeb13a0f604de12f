-- Grain: one landed file.
select
    source_id,
    table_name,
    file_name,
    content_hash,
    status,
    rows_in_file,
    rows_loaded,
    rows_quarantined,
    rows_with_bad_values,
    reason,
    loaded_at
from {{ source('state', 'files') }}
