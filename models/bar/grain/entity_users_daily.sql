---
key: [user_id, date]
inputs:
  entity_users_flows_daily: [user_id, date]
  user_stands: [user_id, date]
  utc_periods: date = entity_users_flows_daily.date
closed: is_closed
tests: { user_id: not_null, date: not_null }
description: "A user's days: what they did, and who they were at their end."
columns:
  is_closed: whether the day's rows are final; what comes later restates them (_revision)
  closed_at: when they were closed
---
select
  flows.*,
  stands.* exclude (user_id, date),
  periods.starts_at as period_start_utc,
  periods.ends_at as period_end_utc,
  periods.closed_at is not null as is_closed,
  periods.closed_at as closed_at
from entity_users_flows_daily as flows
left join user_stands as stands on stands.user_id = flows.user_id and stands.date = flows.date
left join utc_periods as periods on periods.date = flows.date
