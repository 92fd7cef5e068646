---
kind: fold
key: [account_id, user_id, feature_id, date]
description: Feature events by user and day. One that came more than 7 days late counts on no day.
columns: { uses: "action use or complete" }
---
select
  account_id,
  user_id,
  cast(feature_id as varchar) as feature_id,
  utc_date(occurred_at) as date,
  count(*) as events,
  count(*) filter (where action in ('use', 'complete')) as uses,
  count(*) filter (where action = 'complete') as completions,
  count(*) filter (where action = 'error') as errors
from feature_usage_events
where received_at <= occurred_at + interval 7 days
group by account_id, user_id, feature_usage_events.feature_id, utc_date(occurred_at)
