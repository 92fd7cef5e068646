---
key: [customer_id, date]
inputs: { user_days: [customer_id, date] }
description: What a customer's people did on a day; no row where nothing.
columns: { usage_events: "feature events use and complete", active_users: "people with an active day" }
---
select
  customer_id,
  date,
  cast(sum(feature_events) as bigint) as usage_events,
  cast(sum(sessions) as bigint) as sessions,
  cast(sum(feature_errors) as bigint) as feature_errors,
  cast(sum(is_active) as integer) as active_users
from user_days
group by customer_id, date
