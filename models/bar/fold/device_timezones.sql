---
kind: fold
key: timezone
description: Time zones of devices.
---
select timezone, count(*) as devices
from devices
group by timezone
