---
kind: view
description: What was won over what was lost, by ISO week.
---
select
  week_start,
  rate(quotient(
    sum(new_mrr + reactivation_mrr + expansion_mrr),
    sum(contraction_mrr + churned_mrr)
  )) as quick_ratio
from entity_customers_weekly
group by week_start
