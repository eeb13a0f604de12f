-- A profile belongs to one customer at a time, or it would be counted twice.
select
    source_id,
    source_record_id,
    count(*) as open_periods
from {{ ref('identity_registry') }}
where valid_to is null
group by source_id, source_record_id
having count(*) > 1
