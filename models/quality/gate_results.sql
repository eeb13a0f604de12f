-- Grain: one check of one run. A view: it is written after the models have run.
{{ config(materialized='view') }}
select
    run_id,
    layer,
    relation,
    check_name,
    source_id,
    severity,
    is_success,
    expected,
    observed,
    sample_keys,
    evaluated_at
from {{ source('state', 'gate_results') }}
