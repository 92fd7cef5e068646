---
kind: view
description: Paying customers by health.
---
select
  health_band,
  count(*) as customers,
  sum(mrr) as mrr
from entity_customers
where is_paying
group by health_band
