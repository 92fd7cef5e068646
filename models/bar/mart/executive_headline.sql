---
kind: view
description: What the business is worth now, and how much of it is at risk.
---
select
  as_of,
  sum(mrr) as mrr,
  sum(arr) as arr,
  count(*) filter (where is_paying) as paying,
  sum(net_mrr_change_30d) as net_change_30d,
  sum(case when churn_risk_band = 'high' then mrr else 0 end) as mrr_at_risk
from entity_customers
group by as_of
