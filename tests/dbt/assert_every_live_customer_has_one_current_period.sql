select
    customer_id,
    count(*) filter (where is_current) as current_periods
from {{ ref('dim_customer_history') }}
group by customer_id, merged_into
having
    count(*) filter (where is_current) > 1
    or (count(*) filter (where is_current) = 1 and merged_into is not null)
