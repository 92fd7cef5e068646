---
kind: view
description: Pours by hour and weekday; each business date by itself, to be summed over some.
---
select
  business_date,
  local_dow,
  local_hour,
  sum(pours) as pours,
  sum(revenue) as revenue
from entity_locations_hourly
group by business_date, local_dow, local_hour
