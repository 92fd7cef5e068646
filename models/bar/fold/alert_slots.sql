---
kind: fold
key: [device_id, slot]
description: Alerts by half hour. One that is cleared is an event, but no alert.
---
select
  device_id,
  half_hour_of(ts) as slot,
  bit_or(cast(1 as bigint) << (epoch_us(ts) // 60000000 % 30)) as up_mask,
  count(*) as events,
  count(*) filter (where not cleared) as alerts,
  count(*) filter (where not cleared and severity = 'critical') as critical_alerts,
  count(*) filter (where not cleared and code in ('temp_high', 'temp_low')) as temp_excursions,
  count(*) filter (where received_at > ts + interval 6 hours) as late_facts
from iot_alert
where coalesce(flags, '') not like '%late%'
group by device_id, slot
