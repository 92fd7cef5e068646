---
kind: view
description: Alerts, pours and uptime, by hour.
---
select
  hour_utc,
  sum(alerts) as alerts,
  sum(pours) as pours,
  pct(quotient(100 * sum(up_minutes), sum(expected_minutes))) as uptime_pct
from entity_devices_hourly
group by hour_utc
