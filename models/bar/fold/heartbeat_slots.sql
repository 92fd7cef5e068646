---
kind: fold
key: [device_id, slot]
description: Heartbeats by half hour, and the minutes that they are evidence for.
columns: { up_mask: "bit m is minute m of the half hour", temp_mc: "sum of plausible line temperatures, milli-°C" }
---
-- A heartbeat stands for its minute and as many after it as its interval is long, at most 15. Some lie in the next
-- slot.
select
  device_id,
  half_hour_of(ts) + to_minutes(30 * next_slot) as slot,
  bit_or(((cast(1 as bigint) << (least(15, (interval_s + 59) // 60) + 1)) - 1)
    << (epoch_us(ts) // 60000000 % 30) >> (30 * next_slot) & half_hour_mask()) as up_mask,
  sum(1 - next_slot) as heartbeats,
  sum(temp_mc) filter (where next_slot = 0 and temp_mc between -10000 and 40000) as temp_mc,
  count(temp_mc) filter (where next_slot = 0 and temp_mc between -10000 and 40000) as temps,
  sum(1 - next_slot) filter (where received_at > ts + interval 6 hours) as late_facts
from (select *, unnest([0, 1]) as next_slot from iot_heartbeat) as heartbeats
where (next_slot = 0 or epoch_us(ts) // 60000000 % 30 + least(15, (interval_s + 59) // 60) >= 30)
  and coalesce(flags, '') not like '%late%'
group by device_id, slot
