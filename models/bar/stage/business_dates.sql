---
key: timezone
inputs: { zones: timezone }
time: tick
description: The business date that it is in each time zone. It moves at 05:00 there, and with it what is below.
columns: { first_date: "the first that daily and hourly rows are for" }
---
select
  zones.timezone,
  zones.zone,
  business_date(clock.tick, zones.zone) as business_date,
  least(params.first_date, business_date(clock.started_at, zones.zone)) as first_date
from zones
cross join clock
cross join params
