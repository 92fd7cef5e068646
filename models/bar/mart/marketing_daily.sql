---
kind: view
description: Spend and what it is worth by position, by day.
---
select
  date,
  sum(spend) as spend,
  sum(day_value_position) as attributed_value,
  sum(day_customers_position) as customers
from entity_campaigns_flows_daily
group by date
