---
kind: fold
key: device_id
description: When a device last said that it is there, when that it is not, and its newest firmware.
---
select
  device_id,
  max(ts) filter (where state <> 'offline') as last_online_at,
  max(ts) filter (where state = 'offline') as last_offline_at,
  max(stamped(ts, seq, fw)) as fw
from iot_status
group by device_id
