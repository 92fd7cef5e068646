---
kind: view
description: MRR by region and tier.
---
select
  region,
  customer_tier,
  sum(mrr) as mrr,
  count(*) as customers
from entity_customers
where is_paying
group by region, customer_tier
