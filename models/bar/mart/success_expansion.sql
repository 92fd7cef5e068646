---
kind: view
description: Where there is more to sell.
---
select
  customer_id,
  customer_name,
  csm_owner,
  plan_name,
  mrr,
  locations_active,
  licensed_quantity,
  health_score,
  expansion_potential_mrr,
  expansion_score
from entity_customers
where expansion_score >= 50 and expansion_potential_mrr > 0
