---
key: [device_id, week_start]
inputs: { entity_devices_daily: [device_id, week_start] }
description: >
  A device's weeks, of their closed days: sums of what happened, and what it was at the end of the last one.
  Distinct counts are no sums: they are left out.
columns: { closed_through: the last day that is closed }
---
with closed as (
  select
    *,
    row_number() over (partition by device_id, week_start order by date desc) as place
  from entity_devices_daily
  where is_closed
),
sums as (
  select
    device_id,
    week_start,
    cast(sum(up_minutes) as bigint) as up_minutes,
    cast(sum(expected_minutes) as bigint) as expected_minutes,
    cast(sum(trading_up_minutes) as bigint) as trading_up_minutes,
    cast(sum(trading_expected_minutes) as bigint) as trading_expected_minutes,
    cast(sum(outage_minutes) as bigint) as outage_minutes,
    cast(sum(outages) as integer) as outages,
    pct(quotient(100 * sum(up_minutes), sum(expected_minutes))) as uptime_pct,
    cast(sum(pours) as bigint) as pours,
    cast(sum(volume_ml) as bigint) as volume_ml,
    cast(sum(waste_ml) as bigint) as waste_ml,
    cast(sum(event_volume) as bigint) as event_volume,
    cast(sum(heartbeats) as bigint) as heartbeats,
    cast(sum(late_facts) as bigint) as late_facts,
    money(sum(revenue)) as revenue,
    cast(sum(alerts) as integer) as alerts,
    cast(sum(critical_alerts) as integer) as critical_alerts,
    cast(sum(temp_excursions) as integer) as temp_excursions
  from closed
  group by device_id, week_start
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
    avg_line_temp_c,
    up_minutes,
    expected_minutes,
    trading_up_minutes,
    trading_expected_minutes,
    outage_minutes,
    outages,
    uptime_pct,
    pours,
    volume_ml,
    waste_ml,
    event_volume,
    heartbeats,
    late_facts,
    revenue,
    alerts,
    critical_alerts,
    temp_excursions
  ),
  sums.* exclude (device_id, week_start)
from closed as ended
join sums on sums.device_id = ended.device_id and sums.week_start = ended.week_start
where ended.place = 1
