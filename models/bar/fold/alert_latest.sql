---
kind: fold
key: device_id
description: When a device last raised or cleared an alert.
---
select device_id, max(ts) as last_alert_at
from iot_alert
group by device_id
