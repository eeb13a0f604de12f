-- Grain: identity figures of one run that was given a truth. A view: it is written after the models have run.
{{ config(materialized='view') }}
select * from {{ source('state', 'identity_benchmark') }}
