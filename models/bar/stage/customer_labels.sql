---
key: customer_id
inputs: { entity_customers: customer_id }
description: What a customer's locations, taps, people and subscriptions are labelled with.
---
select
  customer_id,
  customer_name,
  customer_segment,
  customer_tier,
  plan_name,
  health_band
from entity_customers
