---
kind: view
description: Uptime of all locations, by business day.
---
select
  date,
  pct(quotient(100 * sum(up_minutes), sum(expected_minutes))) as uptime_pct,
  count(*) as locations,
  count(*) filter (where uptime_pct < 95) as locations_below_95
from entity_locations_flows_daily
group by date
