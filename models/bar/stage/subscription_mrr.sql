---
key: subscription_id
inputs: { subscriptions: id, tenants: account_id = subscriptions.account_id }
description: What a subscription's row is worth a month, now.
columns: { is_paying: "worth something" }
---
select
  subscriptions.id as subscription_id,
  subscriptions.account_id as customer_id,
  sub_mrr(
    status, is_metered, quantity, unit_amount, billing_interval, discount_percent, discount_ends_at, fx_rate
  ) as mrr,
  sub_mrr(
    status, is_metered, quantity, unit_amount, billing_interval, discount_percent, discount_ends_at, fx_rate
  ) > 0 as is_paying
from subscriptions
join tenants on tenants.account_id = subscriptions.account_id
