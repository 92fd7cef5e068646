---
key: [device_id, date, starts_at]
by: device_id
inputs:
  device_placements: device_id
  business_dates: timezone = device_placements.timezone
description: The business days of a device, from its first to today, cut where it was moved.
columns: { starts_at: "first instant of the day at this place", ends_at: "instant after its last" }
---
with days as (
  select
    placed.*,
    unnest(generate_series(
      greatest(
        today.first_date,
        business_date(placed.created_at, placed.zone),
        business_date(placed.placed_from, placed.zone)
      ),
      least(today.business_date, business_date(placed.placed_until - interval 1 microsecond, placed.zone)),
      interval 1 day
    )) as day
  from device_placements as placed
  join business_dates as today on today.timezone = placed.timezone
)
select
  device_id,
  cast(day as date) as date,
  greatest(business_day_start(day, zone), placed_from) as starts_at,
  least(business_day_start(day + interval 1 day, zone), placed_until) as ends_at,
  location_id,
  customer_id,
  timezone,
  zone,
  installed_at,
  retired_at
from days
