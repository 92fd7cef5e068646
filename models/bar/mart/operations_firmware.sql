---
kind: view
description: Uptime and outages by firmware.
---
select
  model,
  firmware_version,
  count(*) as devices,
  pct(quotient(sum(uptime_percentage), count(uptime_percentage))) as uptime,
  sum(outages_30d) as outages
from entity_devices
where device_status = 'active'
group by model, firmware_version
