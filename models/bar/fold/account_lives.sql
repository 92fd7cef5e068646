---
kind: fold
key: account_id
description: The first and the last of each account.
columns: { test_offset: "the newest change that says it is a test" }
---
select
  id as account_id,
  min(created_at) as created_at,
  max(_offset) as last_offset,
  max(_offset) filter (where _op = 'd') as deleted_offset,
  max(_source_ts) filter (where _op = 'd') as deleted_at,
  max(_offset) filter (where is_test) as test_offset
from accounts_changes
group by id
