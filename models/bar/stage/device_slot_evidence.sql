---
key: [device_id, slot]
inputs:
  heartbeat_slots: [device_id, slot]
  pour_slots: [device_id, slot]
  status_slots: [device_id, slot]
  alert_slots: [device_id, slot]
description: All that a device said in a half hour.
---
with slots as (
  select device_id, slot from heartbeat_slots
  union
  select device_id, slot from pour_slots
  union
  select device_id, slot from status_slots
  union
  select device_id, slot from alert_slots
)
select
  slots.device_id,
  slots.slot,
  coalesce(h.up_mask, 0) | coalesce(p.up_mask, 0) | coalesce(s.up_mask, 0) | coalesce(a.up_mask, 0) as up_mask,
  cast(coalesce(h.heartbeats, 0) as integer) as heartbeats,
  cast(coalesce(h.temp_mc, 0) as bigint) as temp_mc,
  cast(coalesce(h.temps, 0) as bigint) as temps,
  cast(coalesce(p.pours, 0) as bigint) as pours,
  cast(coalesce(p.volume_ml, 0) as bigint) as volume_ml,
  cast(coalesce(p.waste_ml, 0) as bigint) as waste_ml,
  cast(coalesce(p.revenue_minor, 0) as bigint) as revenue_minor,
  coalesce(p.events, 0) + coalesce(s.events, 0) + coalesce(a.events, 0) as event_volume,
  cast(coalesce(a.alerts, 0) as integer) as alerts,
  cast(coalesce(a.critical_alerts, 0) as integer) as critical_alerts,
  cast(coalesce(a.temp_excursions, 0) as integer) as temp_excursions,
  cast(coalesce(h.late_facts, 0) as bigint) + coalesce(p.late_facts, 0) + coalesce(s.late_facts, 0)
    + coalesce(a.late_facts, 0) as late_facts
from slots
left join heartbeat_slots as h on h.device_id = slots.device_id and h.slot = slots.slot
left join pour_slots as p on p.device_id = slots.device_id and p.slot = slots.slot
left join status_slots as s on s.device_id = slots.device_id and s.slot = slots.slot
left join alert_slots as a on a.device_id = slots.device_id and a.slot = slots.slot
