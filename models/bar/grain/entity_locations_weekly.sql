---
key: [location_id, week_start]
inputs: { entity_locations_daily: [location_id, week_start] }
description: >
  A location's weeks, of their closed days: sums of what happened, and what it was at the end of the last one.
  Distinct counts are no sums: they are left out.
columns: { closed_through: the last day that is closed }
---
with closed as (
  select
    *,
    row_number() over (partition by location_id, week_start order by date desc) as place
  from entity_locations_daily
  where is_closed
),
sums as (
  select
    location_id,
    week_start,
    cast(sum(pours) as bigint) as pours,
    cast(sum(volume_ml) as bigint) as volume_ml,
    cast(sum(waste_ml) as bigint) as waste_ml,
    cast(sum(up_minutes) as bigint) as up_minutes,
    cast(sum(expected_minutes) as bigint) as expected_minutes,
    cast(sum(trading_up_minutes) as bigint) as trading_up_minutes,
    cast(sum(trading_expected_minutes) as bigint) as trading_expected_minutes,
    cast(sum(event_volume) as bigint) as event_volume,
    money(sum(revenue)) as revenue,
    pct(quotient(100 * sum(up_minutes), sum(expected_minutes))) as uptime_pct,
    cast(sum(alerts) as integer) as alerts,
    cast(sum(outages) as integer) as outages,
    cast(sum(tickets_opened) as integer) as tickets_opened,
    cast(sum(tickets_resolved) as integer) as tickets_resolved
  from closed
  group by location_id, week_start
)
select
  ended.date as closed_through,
  ended.* exclude (
    date,
    period_start_utc,
    period_end_utc,
    is_closed,
    closed_at,
    place,
    active_taps,
    pours,
    volume_ml,
    waste_ml,
    up_minutes,
    expected_minutes,
    trading_up_minutes,
    trading_expected_minutes,
    event_volume,
    revenue,
    uptime_pct,
    alerts,
    outages,
    tickets_opened,
    tickets_resolved
  ),
  sums.* exclude (location_id, week_start)
from closed as ended
join sums on sums.location_id = ended.location_id and sums.week_start = ended.week_start
where ended.place = 1
