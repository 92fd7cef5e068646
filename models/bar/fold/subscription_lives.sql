---
kind: fold
key: [subscription_id, account_id]
description: "The first and the last of each subscription, by account: that of the newest change holds."
---
select
  id as subscription_id,
  account_id,
  min(created_at) as created_at,
  max(_offset) as last_offset,
  max(_offset) filter (where _op = 'd') as deleted_offset,
  max(_source_ts) filter (where _op = 'd') as deleted_at
from subscriptions_changes
group by id, account_id
