---
kind: fold
key: timezone
description: Time zones of locations.
---
select timezone, count(*) as locations
from locations
group by timezone
