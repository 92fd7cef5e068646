---
kind: fold
key: device_id
description: The newest values of a device's heartbeats, each under its time. A value out of bounds counts as none.
---
select
  device_id,
  max(ts) as last_heartbeat_at,
  max(stamped(ts, seq, interval_s)) as interval_s,
  max(stamped(ts, seq, fw)) as fw,
  max(stamped(ts, seq, temp_mc)) filter (where temp_mc between -10000 and 40000) as temp_mc,
  max(stamped(ts, seq, co2_kpa)) as co2_kpa,
  max(stamped(ts, seq, keg_ml)) filter (where keg_ml >= 0) as keg_ml,
  max(stamped(ts, seq, rssi)) filter (where rssi between -120 and 0) as rssi
from iot_heartbeat
group by device_id
