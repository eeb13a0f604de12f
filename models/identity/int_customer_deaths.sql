-- Grain: one customer id that no profile has any more, and the id its records went to when it ended.
{{ config(meta={'compared': ['customer_id', 'died_at']}) }}
with registry as (
    select * from {{ ref('identity_registry') }}
),

final as (
    {{ customer_deaths('registry') }}
)

select * from final
