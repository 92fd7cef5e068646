---
kind: fold
key: [device_id, slot]
description: Status messages by half hour. Offline is evidence of nothing.
---
select
  device_id,
  half_hour_of(ts) as slot,
  bit_or(case when state <> 'offline' then cast(1 as bigint) << (epoch_us(ts) // 60000000 % 30) else 0 end) as up_mask,
  count(*) as events,
  count(*) filter (where received_at > ts + interval 6 hours) as late_facts
from iot_status
where coalesce(flags, '') not like '%late%'
group by device_id, slot
