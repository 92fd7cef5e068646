---
key: [location_id, hour_utc, business_date]
inputs: { entity_devices_hourly: [location_id, hour_utc, business_date] }
tests:
  location_id: not_null
  hour_utc: not_null
  business_date: { is: not_null, unique_with: [location_id, hour_utc] }
  local_hour: [">= 0", "<= 23"]
  local_dow: [">= 1", "<= 7"]
description: A location's hours, the sums of its taps'.
columns: { local_dow: "ISO weekday of the business date, 1 is Monday", active_taps: "taps that poured" }
---
select
  location_id,
  hour_utc,
  max(customer_id) as customer_id,
  max(city) as city,
  business_date,
  max(local_hour) as local_hour,
  cast(isodow(business_date) as integer) as local_dow,
  cast(sum(pours) as bigint) as pours,
  cast(sum(volume_ml) as bigint) as volume_ml,
  cast(sum(waste_ml) as bigint) as waste_ml,
  money(sum(revenue)) as revenue,
  cast(sum(up_minutes) as integer) as up_minutes,
  cast(sum(expected_minutes) as integer) as expected_minutes,
  cast(count(*) filter (where pours > 0) as integer) as active_taps,
  cast(sum(alerts) as integer) as alerts
from entity_devices_hourly
group by location_id, hour_utc, business_date
