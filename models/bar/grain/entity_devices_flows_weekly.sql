---
key: [device_id, week_start]
inputs: { entity_devices_flows_daily: [device_id, week_start] }
description: A tap's weeks, the sums of their days. Distinct counts are left out, being no sums.
---
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
from entity_devices_flows_daily
group by device_id, week_start
