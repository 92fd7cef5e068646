---
key: account_id
inputs: { account_lives: account_id }
description: >
  Every account that is no test, deleted ones too, with the days of its life. What is below any other account counts
  nowhere.
---
-- The first and the last business day that any zone has of its life: its taps' days must find a day of their customer.
select
  account_id,
  utc_date(created_at - interval 17 hours) as created_on,
  case when deleted_offset = last_offset then utc_date(deleted_at + interval 9 hours) end as deleted_on
from account_lives
where test_offset is null or test_offset < last_offset
