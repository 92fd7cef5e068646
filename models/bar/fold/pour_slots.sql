---
kind: fold
key: [device_id, slot]
description: Pours by half hour. A void takes back what its original brought, whichever comes first.
---
select
  device_id,
  half_hour_of(ts) as slot,
  bit_or(cast(1 as bigint) << (epoch_us(ts) // 60000000 % 30)) as up_mask,
  count(*) as events,
  sum(case op when 'void' then -1 else 1 end) filter (where kind in ('sale', 'comp')) as pours,
  sum(case op when 'void' then -1 else 1 end * volume_ml) filter (where kind in ('sale', 'comp')) as volume_ml,
  sum(
    case op when 'void' then -1 else 1 end
      * case kind when 'waste' then volume_ml else greatest(0, volume_ml - target_ml) end
  ) filter (where kind = 'waste' or (kind in ('sale', 'comp') and target_ml between 50 and 2000)) as waste_ml,
  sum(case op when 'void' then -1 else 1 end * amount_minor) filter (where kind = 'sale') as revenue_minor,
  count(*) filter (where received_at > ts + interval 6 hours) as late_facts
from iot_pour
where coalesce(flags, '') not like '%late%'
group by device_id, slot
