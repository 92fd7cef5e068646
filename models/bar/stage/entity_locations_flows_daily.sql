---
key: [location_id, date]
inputs:
  location_dates: [location_id, date]
  device_day_parts: [location_id, date]
  maintenance_events: [location_id, date]
tests:
  location_id: not_null
  date: { is: not_null, unique_with: [location_id] }
  up_minutes: { is: ">= 0", expression: up_minutes <= expected_minutes }
  uptime_pct: [">= 0", "<= 100"]
  active_taps: ">= 0"
description: A location's business days, one row each also where nothing happened.
columns: { active_taps: "taps that poured", week_start: Monday }
---
with taps as (
  select
    location_id,
    date,
    sum(pours) as pours,
    sum(volume_ml) as volume_ml,
    sum(waste_ml) as waste_ml,
    sum(up_minutes) as up_minutes,
    sum(expected_minutes) as expected_minutes,
    sum(trading_up_minutes) as trading_up_minutes,
    sum(trading_expected_minutes) as trading_expected_minutes,
    sum(event_volume) as event_volume,
    sum(revenue) as revenue,
    count(*) filter (where pours > 0) as active_taps,
    sum(alerts) as alerts,
    sum(outages) as outages
  from device_day_parts
  group by location_id, date
),
tickets as (
  select
    location_id,
    date,
    count(*) filter (where event = 'opened') as opened,
    count(*) filter (where event = 'resolved') as resolved
  from maintenance_events
  group by location_id, date
)
select
  days.location_id,
  days.date,
  days.timezone,
  cast(coalesce(pours, 0) as bigint) as pours,
  cast(coalesce(volume_ml, 0) as bigint) as volume_ml,
  cast(coalesce(waste_ml, 0) as bigint) as waste_ml,
  cast(coalesce(up_minutes, 0) as bigint) as up_minutes,
  cast(coalesce(expected_minutes, 0) as bigint) as expected_minutes,
  cast(coalesce(trading_up_minutes, 0) as bigint) as trading_up_minutes,
  cast(coalesce(trading_expected_minutes, 0) as bigint) as trading_expected_minutes,
  cast(coalesce(event_volume, 0) as bigint) as event_volume,
  money(coalesce(revenue, 0)) as revenue,
  pct(quotient(100 * up_minutes, expected_minutes)) as uptime_pct,
  cast(coalesce(active_taps, 0) as integer) as active_taps,
  cast(coalesce(alerts, 0) as integer) as alerts,
  cast(coalesce(outages, 0) as integer) as outages,
  cast(coalesce(tickets.opened, 0) as integer) as tickets_opened,
  cast(coalesce(tickets.resolved, 0) as integer) as tickets_resolved,
  cast(date_trunc('week', days.date) as date) as week_start
from location_dates as days
left join taps on taps.location_id = days.location_id and taps.date = days.date
left join tickets on tickets.location_id = days.location_id and tickets.date = days.date
