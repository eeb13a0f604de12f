-- Grain: two customers who share a household, as far as all reasons together make it likely.
{{ config(materialized='table') }}
select
    customer_id_1,
    customer_id_2,
    -- Reasons that are independent of each other: what remains is the chance that all of them mislead.
    1 - exp(sum(ln(greatest(1 - confidence, 0.001)))) as confidence
from {{ ref('int_household_evidence') }}
group by customer_id_1, customer_id_2
having 1 - exp(sum(ln(greatest(1 - confidence, 0.001)))) >= {{ var('household_min_confidence') }}
