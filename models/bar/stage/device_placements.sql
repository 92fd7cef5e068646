---
key: [device_id, placed_from]
by: device_id
inputs:
  devices_changes: id
  zones: timezone = devices_changes.timezone
  tenants: account_id = devices_changes.account_id
description: Where a device was, since when. The first place holds for all time before.
columns:
  placed_from: "full hour: the hour of a move belongs to the new place"
  placed_until: "before it; null is open"
---
with images as (
  select
    *,
    -- A snapshot row says when it was written, not when it was read.
    case _op when 'r' then updated_at else _source_ts end as changed_at,
    lag(location_id) over one_device as location_before,
    lag(account_id) over one_device as account_before,
    lag(timezone) over one_device as timezone_before,
    lag(_op) over one_device as op_before
  from devices_changes
  window one_device as (partition by id order by _offset)
),
moves as (
  select *
  from images
  where op_before is null
    or op_before = 'd'
    or _op = 'd'
    or location_id <> location_before
    or account_id <> account_before
    or timezone <> timezone_before
),
-- Of several moves in an hour the last one counts.
placements as (
  select
    id as device_id,
    case
      when row_number() over one_device = 1 then timestamptz '2000-01-01 00:00:00Z'
      else hour_of(changed_at)
    end as placed_from,
    location_id,
    account_id,
    timezone,
    _op,
    _offset
  from moves
  window one_device as (partition by id order by _offset)
),
stays as (
  select
    *,
    lead(placed_from) over (partition by device_id order by _offset) as placed_until
  from placements
),
latest as (
  select
    id as device_id,
    min(created_at) as created_at,
    arg_max(row(installed_at, retired_at), _offset) as service
  from devices_changes
  group by id
)
select
  stays.device_id,
  stays.placed_from,
  stays.placed_until,
  stays.location_id,
  stays.account_id as customer_id,
  stays.timezone,
  zones.zone,
  latest.created_at,
  struct_extract(latest.service, 1) as installed_at,
  struct_extract(latest.service, 2) as retired_at
from stays
join latest on latest.device_id = stays.device_id
join zones on zones.timezone = stays.timezone
join tenants on tenants.account_id = stays.account_id
where stays._op <> 'd'
  and (stays.placed_until is null or stays.placed_until > stays.placed_from)
