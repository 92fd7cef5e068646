---
kind: view
description: Active taps by whether they are there.
---
select
  connectivity_status,
  count(*) as devices,
  sum(lost_revenue_30d) as lost_revenue
from entity_devices
where device_status = 'active'
group by connectivity_status
