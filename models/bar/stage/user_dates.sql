---
key: [user_id, date]
by: user_id
inputs: { user_lives: user_id, tenants: account_id = user_lives.account_id }
time: date
description: The days of a user's life, deleted ones too.
---
with lives as (
  select
    user_id,
    arg_max(account_id, last_offset) as customer_id,
    min(created_at) as created_at,
    case when max(deleted_offset) = max(last_offset) then max(deleted_at) end as deleted_at
  from user_lives
  group by user_id
)
select
  lives.user_id,
  cast(unnest(generate_series(
    greatest(least(params.first_date, utc_date(clock.started_at)), utc_date(lives.created_at)),
    least(clock.as_of, utc_date(lives.deleted_at)),
    interval 1 day
  )) as date) as date,
  lives.customer_id
from lives
join tenants on tenants.account_id = lives.customer_id
cross join clock
cross join params
