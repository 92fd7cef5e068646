---
key: device_id
inputs: { devices: id, device_latest: device_id }
time: tick
description: Whether a device is there, by the clock.
---
select
  devices.id as device_id,
  case
    when devices.status = 'retired' then 'decommissioned'
    when last_seen_at is null then 'never_seen'
    when last_offline_at > last_seen_at then 'offline'
    when last_seen_at >= clock.tick - to_seconds(greatest(180, 3 * coalesce(interval_s, 60))) then 'online'
    when last_seen_at >= clock.tick - interval 24 hours then 'offline'
    else 'stale'
  end as connectivity_status
from devices
cross join clock
left join device_latest on device_latest.device_id = devices.id
