---
key: device_id
inputs: { devices_changes: id }
description: Since when a device's row names its firmware, under that time as messages do.
---
with images as (
  select
    id,
    firmware_version,
    case _op when 'r' then updated_at else _source_ts end as changed_at,
    _offset,
    lag(firmware_version) over (partition by id order by _offset) as version_before
  from devices_changes
  where _op <> 'd'
)
select
  id as device_id,
  max(stamped(changed_at, _offset, firmware_version)) as fw
from images
where firmware_version is distinct from version_before
group by id
