---
key: [feature_id, date]
inputs:
  entity_features_flows_daily: [feature_id, date]
  feature_stands: [feature_id, date]
  utc_periods: date = entity_features_flows_daily.date
closed: is_closed
tests: { feature_id: not_null, date: not_null }
description: "A feature's days: how it was used, and what it was at their end."
columns:
  is_closed: whether the day's rows are final; what comes later restates them (_revision)
  closed_at: when they were closed
---
select
  flows.*,
  stands.* exclude (feature_id, date),
  periods.starts_at as period_start_utc,
  periods.ends_at as period_end_utc,
  periods.closed_at is not null as is_closed,
  periods.closed_at as closed_at
from entity_features_flows_daily as flows
left join feature_stands as stands on stands.feature_id = flows.feature_id and stands.date = flows.date
left join utc_periods as periods on periods.date = flows.date
