---
key: [user_id, week_start]
inputs: { entity_users_flows_daily: [user_id, week_start] }
description: A user's weeks, the sums of their days. Distinct counts are left out, being no sums.
columns: { is_active: active days }
---
select
  user_id,
  week_start,
  cast(sum(sessions) as bigint) as sessions,
  cast(sum(session_minutes) as bigint) as session_minutes,
  cast(sum(page_views) as bigint) as page_views,
  cast(sum(feature_events) as bigint) as feature_events,
  cast(sum(feature_errors) as bigint) as feature_errors,
  cast(sum(is_active) as integer) as is_active
from entity_users_flows_daily
group by user_id, week_start
