---
key: [location_id, date]
inputs: { entity_locations_hourly: [location_id, business_date] }
description: A location's pours of a day by local hour, in one text, so that 30 days of it are 30 rows.
columns: { pours_by_hour: "hour:pours, comma between; hours without pours left out" }
---
with hours as (
  select
    location_id,
    business_date,
    local_hour,
    sum(pours) as pours
  from entity_locations_hourly
  group by location_id, business_date, local_hour
)
select
  location_id,
  business_date as date,
  string_agg(local_hour || ':' || pours, ',' order by local_hour) as pours_by_hour
from hours
where pours > 0
group by location_id, business_date
