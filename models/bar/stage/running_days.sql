---
key: [timezone, business_date]
inputs: { business_dates: timezone }
by: timezone
time: tick
description: The business day that is going on in each time zone, and how far it has come.
columns: { until: "the clock: minutes before it are over" }
---
select
  business_dates.timezone,
  business_dates.business_date,
  clock.tick as until
from business_dates
cross join clock
