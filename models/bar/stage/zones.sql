---
key: timezone
inputs: { device_timezones: timezone, location_timezones: timezone }
description: The zone by which a time zone's name is read.
columns: { zone: "the name itself; UTC for a name that nobody knows, so that it does not stop the others" }
---
with named as (
  select timezone from device_timezones
  union
  select timezone from location_timezones
)
select
  named.timezone,
  coalesce(known.name, 'UTC') as zone
from named
left join pg_timezone_names() as known on known.name = named.timezone
