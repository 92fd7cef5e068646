---
key: [timezone, date]
by: timezone
inputs: { business_dates: timezone }
time: tick
description: The business days of a time zone from the pipeline's first, and when their rows are closed.
columns: { closed_at: 6 hours after the end; null until then }
---
with days as (
  select
    timezone,
    zone,
    unnest(generate_series(first_date, business_date, interval 1 day)) as day
  from business_dates
)
select
  timezone,
  cast(day as date) as date,
  business_day_start(day, zone) as starts_at,
  business_day_start(day + interval 1 day, zone) as ends_at,
  case
    when business_day_start(day + interval 1 day, zone) + interval 6 hours <= clock.tick
      then business_day_start(day + interval 1 day, zone) + interval 6 hours
  end as closed_at
from days
cross join clock
