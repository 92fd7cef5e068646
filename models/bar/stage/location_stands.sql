---
kind: snapshot
key: [location_id, date]
by: location_id
inputs: { entity_locations: location_id }
description: What a location was at the end of each of its days; of the newest day, what it is.
---
select
  as_of as date,
  * exclude (as_of)
from entity_locations
