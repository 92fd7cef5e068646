---
key: [location_id, date]
inputs:
  entity_locations_flows_daily: [location_id, date]
  location_stands: [location_id, date]
  business_periods: "[timezone, date] = entity_locations_flows_daily.[timezone, date]"
closed: is_closed
tests: { location_id: not_null, date: not_null }
description: "A location's business days: what happened, and what it was at their end."
columns:
  is_closed: whether the day's rows are final; what comes later restates them (_revision)
  closed_at: when they were closed
---
select
  flows.* exclude (timezone),
  stands.* exclude (location_id, date),
  periods.starts_at as period_start_utc,
  periods.ends_at as period_end_utc,
  periods.closed_at is not null as is_closed,
  periods.closed_at as closed_at
from entity_locations_flows_daily as flows
left join location_stands as stands on stands.location_id = flows.location_id and stands.date = flows.date
left join business_periods as periods on periods.timezone = flows.timezone and periods.date = flows.date
