---
key: id
inputs: { features: id }
description: Features under their text id.
---
select
  id,
  cast(id as varchar) as feature_id,
  key as feature_key,
  name as feature_name,
  category,
  status as feature_status,
  min_plan_rank,
  audience_roles,
  released_on,
  utc_date(created_at) as created_on
from features
