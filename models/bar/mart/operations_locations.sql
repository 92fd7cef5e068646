---
kind: view
description: Open locations by what they pour.
---
select
  location_id,
  location_name,
  city,
  pour_revenue_30d,
  revenue_growth_30d,
  revenue_per_seat_30d,
  operational_efficiency,
  device_health,
  revenue_impact
from entity_locations
where location_status = 'open'
