---
key: payment_id
inputs: { payments: id }
description: Payments in USD, on the day they were attempted.
columns: { collected: "charge that succeeded", refunded: "refund that succeeded", failed: "1: a charge that failed" }
---
select
  id as payment_id,
  account_id as customer_id,
  subscription_id,
  utc_date(attempted_at) as date,
  money(case when kind = 'charge' and status = 'succeeded' then product(amount, fx_rate) else 0 end) as collected,
  money(case when kind = 'refund' and status = 'succeeded' then product(amount, fx_rate) else 0 end) as refunded,
  case when kind = 'charge' and status = 'failed' then 1 else 0 end as failed
from payments
