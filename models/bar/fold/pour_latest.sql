---
kind: fold
key: device_id
description: When a device last poured.
---
select device_id, max(ts) as last_pour_at
from iot_pour
group by device_id
