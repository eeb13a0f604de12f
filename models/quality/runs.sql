-- Grain: one run. A view: it is written after the models have run.
{{ config(materialized='view') }}
select * from {{ source('state', 'runs') }}
