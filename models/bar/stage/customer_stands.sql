---
kind: snapshot
key: [customer_id, date]
by: customer_id
inputs: { entity_customers: customer_id }
description: What a customer was at the end of each of its days; of the newest day, what it is.
---
select
  as_of as date,
  * exclude (as_of, mrr, mrr_30d_ago, mrr_365d_ago)
from entity_customers
