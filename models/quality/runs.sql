-- Grain: one run. A view: it is written after the models have run.
{{ config(materialized='view') }}
select
    run_id,
    started_at,
    ended_at,
    outcome,
    stopped_by,
    message,
    version,
    as_of,
    is_full_refresh,
    files_loaded,
    rows_in,
    rows_loaded,
    rows_quarantined,
    profiles,
    customers,
    checks,
    checks_failed,
    checks_warned,
    seconds,
    stage_seconds,
    code_version
from {{ source('state', 'runs') }}
