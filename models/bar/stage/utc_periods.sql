---
key: date
by: []
time: tick
description: The days from the pipeline's first, in UTC, and when their rows are closed.
columns:
  closed_at: 6 hours after the end; null until then
  customers_closed_at: 24 hours after it, because business days end up to 17 hours after midnight in UTC
---
select
  cast(day as date) as date,
  day_start(day) as starts_at,
  day_start(day + interval 1 day) as ends_at,
  case
    when day_start(day + interval 1 day) + interval 6 hours <= clock.tick
      then day_start(day + interval 1 day) + interval 6 hours
  end as closed_at,
  case
    when day_start(day + interval 1 day) + interval 24 hours <= clock.tick
      then day_start(day + interval 1 day) + interval 24 hours
  end as customers_closed_at
from clock
cross join params
cross join unnest(generate_series(
  least(params.first_date, utc_date(clock.started_at - interval 17 hours)),
  clock.as_of,
  interval 1 day
)) as days (day)
