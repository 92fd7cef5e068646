---
key: account_id
inputs: { accounts_changes: id }
description: Every account that is no test, deleted ones too, with the days of its life. What is below any other account counts nowhere.
---
select
  id as account_id,
  -- The first and the last business day that any zone has of its life: its taps' days must find a day of their customer.
  min(utc_date(created_at - interval 17 hours)) as created_on,
  case when arg_max(_op, _offset) = 'd' then utc_date(arg_max(_source_ts, _offset) + interval 9 hours) end as deleted_on
from accounts_changes
group by id
having not coalesce(arg_max(is_test, _offset), false)
