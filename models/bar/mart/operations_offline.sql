---
kind: view
description: Locations with taps that are not there.
---
select
  customer_name,
  location_name,
  count(*) as offline_devices,
  min(last_seen_at) as oldest_seen
from entity_devices
where device_status = 'active' and connectivity_status in ('offline', 'stale')
group by customer_name, location_name
