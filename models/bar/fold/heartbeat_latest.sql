---
kind: fold
key: device_id
description: A device's newest heartbeat. A value out of bounds counts as none.
columns: { newest: "under its time: interval_s|temp_mc|co2_kpa|keg_ml|rssi|fw; nothing where there is none" }
---
-- One text a message: six would cost six times as much on the way of every heartbeat.
select
  device_id,
  max(ts) as last_heartbeat_at,
  max(stamped(ts, seq,
    coalesce(cast(interval_s as varchar), '')
    || '|' || coalesce(cast(case when temp_mc between -10000 and 40000 then temp_mc end as varchar), '')
    || '|' || coalesce(cast(co2_kpa as varchar), '')
    || '|' || coalesce(cast(case when keg_ml >= 0 then keg_ml end as varchar), '')
    || '|' || coalesce(cast(case when rssi between -120 and 0 then rssi end as varchar), '')
    || '|' || coalesce(fw, '')
  )) as newest
from iot_heartbeat
group by device_id
