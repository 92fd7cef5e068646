---
kind: fold
key: [location_id, account_id, timezone]
description: "The first and the last of each location, by account and time zone: those of the newest change hold."
---
select
  id as location_id,
  account_id,
  timezone,
  min(created_at) as created_at,
  max(_offset) as last_offset,
  max(_offset) filter (where _op = 'd') as deleted_offset,
  max(_source_ts) filter (where _op = 'd') as deleted_at
from locations_changes
group by id, account_id, timezone
