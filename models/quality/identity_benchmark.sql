-- Grain: one identity figure of one run that was given a truth. A view: it is written after the models have run.
{{ config(materialized='view') }}
select
    run_id,
    measured_at,
    measure,
    value
from {{ source('state', 'identity_benchmark') }}
