---
key: customer_id
inputs: { entity_customers_flows_daily: customer_id }
time: date
description: Sums over a customer's last days.
---
select
  customer_id,
  cast(coalesce(sum(usage_events) filter (where date > clock.as_of - 30), 0) as bigint) as usage_events_30d,
  cast(coalesce(sum(usage_events) filter (where date <= clock.as_of - 30), 0) as bigint) as usage_events_prev_30d,
  cast(coalesce(sum(pours) filter (where date > clock.as_of - 30), 0) as bigint) as pours_30d,
  cast(coalesce(sum(pour_volume_ml) filter (where date > clock.as_of - 30), 0) as bigint) as pour_volume_ml_30d,
  money(coalesce(sum(pour_revenue) filter (where date > clock.as_of - 30), 0)) as pour_revenue_30d,
  pct(quotient(
    100 * sum(device_up_minutes) filter (where date > clock.as_of - 30),
    sum(device_expected_minutes) filter (where date > clock.as_of - 30)
  )) as fleet_uptime_pct_30d
from entity_customers_flows_daily
cross join clock
where date <= clock.as_of and date > clock.as_of - 60
group by customer_id
