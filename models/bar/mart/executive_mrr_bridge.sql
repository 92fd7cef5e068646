---
kind: view
description: How MRR came about, by month.
---
select
  month,
  sum(new_mrr) as new_mrr,
  sum(reactivation_mrr) as reactivation_mrr,
  sum(expansion_mrr) as expansion_mrr,
  sum(contraction_mrr) as contraction_mrr,
  sum(churned_mrr) as churned_mrr,
  sum(mrr) as closing_mrr
from entity_customers_monthly
group by month
