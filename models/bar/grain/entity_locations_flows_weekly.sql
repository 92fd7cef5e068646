---
key: [location_id, week_start]
inputs: { entity_locations_flows_daily: [location_id, week_start] }
description: A location's weeks, the sums of their days. Distinct counts are left out, being no sums.
---
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
from entity_locations_flows_daily
group by location_id, week_start
