---
key: [location_id, date]
by: location_id
inputs:
  location_lives: location_id
  tenants: account_id = location_lives.account_id
  business_dates: timezone = location_lives.timezone
description: The business days of a location, deleted ones too.
---
with lives as (
  select
    location_id,
    arg_max(account_id, last_offset) as customer_id,
    arg_max(timezone, last_offset) as timezone,
    min(created_at) as created_at,
    case when max(deleted_offset) = max(last_offset) then max(deleted_at) end as deleted_at
  from location_lives
  group by location_id
)
select
  lives.location_id,
  cast(unnest(generate_series(
    greatest(today.first_date, business_date(lives.created_at, today.zone)),
    least(today.business_date, business_date(lives.deleted_at, today.zone)),
    interval 1 day
  )) as date) as date,
  lives.customer_id,
  lives.timezone
from lives
join tenants on tenants.account_id = lives.customer_id
join business_dates as today on today.timezone = lives.timezone
