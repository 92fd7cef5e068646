---
kind: view
description: Net promoter score, by month.
---
select
  month,
  pct(quotient(100 * (sum(nps_promoters) - sum(nps_detractors)), sum(nps_responses))) as nps,
  sum(nps_responses) as responses
from entity_customers_monthly
group by month
