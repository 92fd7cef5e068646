---
kind: fold
key: [user_id, feature_id, date]
description: The first and the last use of a feature on a day, however late it was told.
---
select
  user_id,
  cast(feature_id as varchar) as feature_id,
  utc_date(occurred_at) as date,
  min(occurred_at) as first_at,
  max(occurred_at) as last_at
from feature_usage_events_changes
where action in ('use', 'complete') and _op <> 'd'
group by user_id, feature_usage_events_changes.feature_id, utc_date(occurred_at)
