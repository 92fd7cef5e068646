---
key: [customer_id, feature_id]
inputs: { user_features: [customer_id, feature_id] }
description: How many of a customer's users use a feature.
---
select
  customer_id,
  feature_id,
  cast(count(*) as integer) as users_total,
  cast(count(*) filter (where used_7d) as integer) as users_7d,
  cast(count(*) filter (where used_30d) as integer) as users_30d,
  cast(count(*) filter (where used_30d and is_eligible) as integer) as eligible_users_30d,
  cast(count(*) filter (where new_30d) as integer) as new_users_30d,
  cast(count(*) filter (where days_30d >= 2) as integer) as repeat_users_30d
from user_features
group by customer_id, feature_id
