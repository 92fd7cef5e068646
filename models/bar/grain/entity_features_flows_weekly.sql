---
key: [feature_id, week_start]
inputs: { entity_features_flows_daily: [feature_id, week_start] }
description: A feature's weeks, the sums of their days. Distinct counts are left out, being no sums.
---
select
  feature_id,
  week_start,
  cast(sum(events) as bigint) as events,
  cast(sum(errors) as bigint) as errors,
  cast(sum(completions) as bigint) as completions,
  cast(sum(new_users) as integer) as new_users
from entity_features_flows_daily
group by feature_id, week_start
