---
key: [device_id, date]
inputs:
  entity_devices_flows_daily: [device_id, date]
  device_stands: [device_id, date]
  business_periods: "[timezone, date] = entity_devices_flows_daily.[timezone, date]"
closed: is_closed
tests: { device_id: not_null, date: not_null }
description: "A tap's business days: what happened, and what it was at their end."
columns:
  is_closed: whether the day's rows are final; what comes later restates them (_revision)
  closed_at: when they were closed
---
select
  flows.* exclude (timezone),
  stands.* exclude (device_id, date),
  periods.starts_at as period_start_utc,
  periods.ends_at as period_end_utc,
  periods.closed_at is not null as is_closed,
  periods.closed_at as closed_at
from entity_devices_flows_daily as flows
left join device_stands as stands on stands.device_id = flows.device_id and stands.date = flows.date
left join business_periods as periods on periods.timezone = flows.timezone and periods.date = flows.date
