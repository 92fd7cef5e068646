---
kind: view
description: Customers at high risk, and why.
---
select
  customer_id,
  customer_name,
  csm_owner,
  customer_tier,
  mrr,
  health_score,
  churn_risk_score,
  usage_score,
  device_score,
  support_score,
  billing_score,
  sentiment_score,
  adoption_score,
  days_past_due,
  last_active_at,
  next_renewal_date
from entity_customers
where churn_risk_band = 'high'
