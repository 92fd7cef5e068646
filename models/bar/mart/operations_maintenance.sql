---
kind: view
description: Taps that need a visit.
---
select
  device_id,
  serial_number,
  location_name,
  customer_name,
  model,
  firmware_version,
  maintenance_score,
  days_since_maintenance,
  critical_alerts_30d,
  outages_30d,
  lost_revenue_30d
from entity_devices
where needs_maintenance
