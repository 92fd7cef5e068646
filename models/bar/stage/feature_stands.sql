---
kind: snapshot
key: [feature_id, date]
by: feature_id
inputs: { entity_features: feature_id }
description: What a feature was at the end of each of its days; of the newest day, what it is.
---
select
  as_of as date,
  * exclude (as_of)
from entity_features
