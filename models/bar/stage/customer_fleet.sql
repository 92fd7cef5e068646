---
key: customer_id
inputs:
  device_metrics: customer_id
  device_connectivity: device_id = device_metrics.device_id
description: A customer's taps, counted.
---
select
  d.customer_id,
  cast(count(*) filter (where d.device_status <> 'retired') as integer) as devices_total,
  cast(count(*) filter (where d.device_status = 'active') as integer) as devices_active,
  cast(count(*) filter (where d.device_status = 'active' and connectivity_status in ('offline', 'stale')) as integer)
    as devices_offline
from device_metrics as d
left join device_connectivity as c on c.device_id = d.device_id
group by d.customer_id
