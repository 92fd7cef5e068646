---
key: [location_id, date]
by: location_id
inputs:
  locations_changes: id
  tenants: account_id = locations_changes.account_id
  business_dates: timezone = locations_changes.timezone
description: The business days of a location, deleted ones too.
---
with lives as (
  select
    id as location_id,
    arg_max(account_id, _offset) as customer_id,
    arg_max(timezone, _offset) as timezone,
    min(created_at) as created_at,
    case when arg_max(_op, _offset) = 'd' then arg_max(_source_ts, _offset) end as deleted_at
  from locations_changes
  group by id
)
select
  lives.location_id,
  cast(unnest(generate_series(
    greatest(params.first_date, business_date(lives.created_at, today.zone)),
    least(today.business_date, business_date(lives.deleted_at, today.zone)),
    interval 1 day
  )) as date) as date,
  lives.customer_id
from lives
join tenants on tenants.account_id = lives.customer_id
join business_dates as today on today.timezone = lives.timezone
cross join params
