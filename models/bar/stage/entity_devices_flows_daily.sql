---
key: [device_id, date]
inputs:
  device_dates: [device_id, date]
  device_day_parts: [device_id, date]
tests:
  device_id: not_null
  date: { is: not_null, unique_with: [device_id] }
  up_minutes: { is: ">= 0", expression: up_minutes <= expected_minutes }
  trading_up_minutes: { is: ">= 0", expression: trading_up_minutes <= trading_expected_minutes }
  outages: ">= 0"
  heartbeats: ">= 0"
  uptime_pct: [">= 0", "<= 100"]
description: A device's business days, one row each also where nothing happened.
columns:
  week_start: Monday
  outages: runs of at least 5 minutes that were expected and not up
  event_volume: pours, status messages and alerts, voids too
  late_facts: messages that came more than 6 hours after their time
---
with days as (
  select
    device_id,
    date,
    arg_min(timezone, starts_at) as timezone
  from device_dates
  group by device_id, date
),
parts as (
  select
    device_id,
    date,
    sum(up_minutes) as up_minutes,
    sum(expected_minutes) as expected_minutes,
    sum(trading_up_minutes) as trading_up_minutes,
    sum(trading_expected_minutes) as trading_expected_minutes,
    sum(outage_minutes) as outage_minutes,
    sum(outages) as outages,
    sum(pours) as pours,
    sum(volume_ml) as volume_ml,
    sum(waste_ml) as waste_ml,
    sum(event_volume) as event_volume,
    sum(heartbeats) as heartbeats,
    sum(late_facts) as late_facts,
    sum(revenue) as revenue,
    sum(alerts) as alerts,
    sum(critical_alerts) as critical_alerts,
    sum(temp_excursions) as temp_excursions,
    sum(temp_mc) as temp_mc,
    sum(temps) as temps
  from device_day_parts
  group by device_id, date
)
select
  days.device_id,
  days.date,
  days.timezone,
  cast(coalesce(up_minutes, 0) as bigint) as up_minutes,
  cast(coalesce(expected_minutes, 0) as bigint) as expected_minutes,
  cast(coalesce(trading_up_minutes, 0) as bigint) as trading_up_minutes,
  cast(coalesce(trading_expected_minutes, 0) as bigint) as trading_expected_minutes,
  cast(coalesce(outage_minutes, 0) as bigint) as outage_minutes,
  cast(coalesce(outages, 0) as integer) as outages,
  pct(quotient(100 * up_minutes, expected_minutes)) as uptime_pct,
  cast(coalesce(pours, 0) as bigint) as pours,
  cast(coalesce(volume_ml, 0) as bigint) as volume_ml,
  cast(coalesce(waste_ml, 0) as bigint) as waste_ml,
  cast(coalesce(event_volume, 0) as bigint) as event_volume,
  cast(coalesce(heartbeats, 0) as bigint) as heartbeats,
  cast(coalesce(late_facts, 0) as bigint) as late_facts,
  money(coalesce(revenue, 0)) as revenue,
  cast(coalesce(alerts, 0) as integer) as alerts,
  cast(coalesce(critical_alerts, 0) as integer) as critical_alerts,
  rate(quotient(temp_mc, 1000 * temps)) as avg_line_temp_c,
  cast(coalesce(temp_excursions, 0) as integer) as temp_excursions,
  cast(date_trunc('week', days.date) as date) as week_start
from days
left join parts on parts.device_id = days.device_id and parts.date = days.date
