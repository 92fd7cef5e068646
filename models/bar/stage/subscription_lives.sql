---
key: subscription_id
inputs:
  subscriptions_changes: id
  tenants: account_id = subscriptions_changes.account_id
description: The days of a subscription's life, deleted ones too.
---
with lives as (
  select
    id as subscription_id,
    arg_max(account_id, _offset) as customer_id,
    min(utc_date(created_at)) as created_on,
    case when arg_max(_op, _offset) = 'd' then utc_date(arg_max(_source_ts, _offset)) end as deleted_on
  from subscriptions_changes
  group by id
)
select lives.*
from lives
join tenants on tenants.account_id = lives.customer_id
