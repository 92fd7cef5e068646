---
kind: view
description: Paying customers by who looks after them.
---
select
  csm_owner,
  count(*) as customers,
  sum(mrr) as mrr,
  score(quotient(sum(health_score), count(health_score))) as health,
  sum(case when churn_risk_band = 'high' then mrr else 0 end) as mrr_at_risk
from entity_customers
where is_paying
group by csm_owner
