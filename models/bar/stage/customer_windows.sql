---
key: customer_id
inputs:
  tenants: account_id
  customer_people_days: customer_id
  entity_customers_flows_daily: customer_id
time: date
description: Sums over a customer's last days. What its people did counts from before the pipeline's first date, too.
---
with people as (
  select
    customer_id,
    sum(usage_events) filter (where date > clock.as_of - 30) as usage_events_30d,
    sum(usage_events) filter (where date <= clock.as_of - 30) as usage_events_prev_30d
  from customer_people_days
  cross join clock
  where date <= clock.as_of and date > clock.as_of - 60
  group by customer_id
),
taps as (
  select
    customer_id,
    sum(pours) as pours_30d,
    sum(pour_volume_ml) as pour_volume_ml_30d,
    sum(pour_revenue) as pour_revenue_30d,
    sum(device_up_minutes) as up_30d,
    sum(device_expected_minutes) as expected_30d
  from entity_customers_flows_daily
  cross join clock
  where date <= clock.as_of and date > clock.as_of - 30
  group by customer_id
)
select
  account_id as customer_id,
  cast(coalesce(usage_events_30d, 0) as bigint) as usage_events_30d,
  cast(coalesce(usage_events_prev_30d, 0) as bigint) as usage_events_prev_30d,
  cast(coalesce(pours_30d, 0) as bigint) as pours_30d,
  cast(coalesce(pour_volume_ml_30d, 0) as bigint) as pour_volume_ml_30d,
  money(coalesce(pour_revenue_30d, 0)) as pour_revenue_30d,
  pct(quotient(100 * up_30d, expected_30d)) as fleet_uptime_pct_30d
from tenants
left join people on people.customer_id = tenants.account_id
left join taps on taps.customer_id = tenants.account_id
