---
kind: fold
key: user_id
description: A user's first and last use of a feature.
---
select
  user_id,
  min(occurred_at) as first_at,
  max(occurred_at) as last_at
from feature_usage_events_changes
where action in ('use', 'complete') and _op <> 'd'
group by user_id
