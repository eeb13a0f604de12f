-- Grain: one calendar day.
select
    calendar_date,
    cast(extract(year from calendar_date) as integer) as calendar_year,
    cast(extract(quarter from calendar_date) as integer) as quarter_of_year,
    cast(extract(month from calendar_date) as integer) as month_of_year,
    cast(date_trunc('month', calendar_date) as date) as month_start_date,
    cast(date_trunc('week', calendar_date) as date) as week_start_date,
    extract(isodow from calendar_date) >= 6 as is_weekend
from (
    select cast({{ days_from_to("date '2000-01-01'", as_of_date() ~ " + interval 366 day") }} as date) as calendar_date
) as days
order by calendar_date
