---
key: [user_id, date]
by: user_id
inputs:
  users_changes: id
  tenants: account_id = users_changes.account_id
time: date
description: The days of a user's life, deleted ones too.
---
with lives as (
  select
    id as user_id,
    arg_max(account_id, _offset) as customer_id,
    min(utc_date(created_at)) as created_on,
    case when arg_max(_op, _offset) = 'd' then utc_date(arg_max(_source_ts, _offset)) end as deleted_on
  from users_changes
  group by id
)
select
  lives.user_id,
  cast(unnest(generate_series(
    greatest(params.first_date, lives.created_on),
    least(clock.as_of, lives.deleted_on),
    interval 1 day
  )) as date) as date,
  lives.customer_id
from lives
join tenants on tenants.account_id = lives.customer_id
cross join clock
cross join params
