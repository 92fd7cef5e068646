---
kind: snapshot
key: [device_id, date]
by: device_id
inputs: { entity_devices: device_id }
description: What a device was at the end of each of its days; of the newest day, what it is.
---
select
  as_of as date,
  * exclude (as_of, event_volume),
  event_volume as event_volume_30d
from entity_devices
