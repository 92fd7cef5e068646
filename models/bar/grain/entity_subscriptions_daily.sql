---
key: [subscription_id, date]
inputs:
  entity_subscriptions_flows_daily: [subscription_id, date]
  subscription_stands: [subscription_id, date]
  utc_periods: date = entity_subscriptions_flows_daily.date
closed: is_closed
tests: { subscription_id: not_null, date: not_null }
description: "A subscription's days: how its MRR moved, and what it was at their end."
columns:
  is_closed: whether the day's rows are final; what comes later restates them (_revision)
  closed_at: when they were closed
---
select
  flows.*,
  stands.* exclude (subscription_id, date),
  periods.starts_at as period_start_utc,
  periods.ends_at as period_end_utc,
  periods.closed_at is not null as is_closed,
  periods.closed_at as closed_at
from entity_subscriptions_flows_daily as flows
left join subscription_stands as stands on stands.subscription_id = flows.subscription_id and stands.date = flows.date
left join utc_periods as periods on periods.date = flows.date
