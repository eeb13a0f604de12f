-- Grain: one identity figure of one run, against one truth or without. A view: it is written after the models have run.
{{ config(materialized='view') }}
select
    run_id,
    measured_at,
    truth,
    measure,
    threshold,
    value
from {{ source('state', 'identity_benchmark') }}
