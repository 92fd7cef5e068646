---
kind: view
description: Renewals of the next 60 days.
---
select
  customer_id,
  customer_name,
  next_renewal_date,
  mrr,
  health_score,
  cancel_scheduled
from entity_customers
where next_renewal_date >= as_of and next_renewal_date <= as_of + 60
