---
key: timezone
inputs: { zones: timezone }
time: tick
description: The business date that it is in each time zone. It moves at 05:00 there, and with it what is below.
---
select
  zones.timezone,
  zones.zone,
  business_date(clock.tick, zones.zone) as business_date
from zones
cross join clock
