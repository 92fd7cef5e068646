---
key: [customer_id, date]
inputs:
  entity_customers_flows_daily: [customer_id, date]
  customer_stands: [customer_id, date]
  utc_periods: date = entity_customers_flows_daily.date
closed: is_closed
tests: { customer_id: not_null, date: not_null }
description: "A customer's days: what happened, and what it was at their end."
columns:
  is_closed: whether the day's rows are final; what comes later restates them (_revision)
  closed_at: when they were closed
---
select
  flows.*,
  stands.* exclude (customer_id, date),
  periods.starts_at as period_start_utc,
  periods.ends_at as period_end_utc,
  periods.customers_closed_at is not null as is_closed,
  periods.customers_closed_at as closed_at
from entity_customers_flows_daily as flows
left join customer_stands as stands on stands.customer_id = flows.customer_id and stands.date = flows.date
left join utc_periods as periods on periods.date = flows.date
