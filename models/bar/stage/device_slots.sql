---
key: [device_id, slot]
inputs:
  device_slot_evidence: [device_id, slot]
  device_placements: device_id = device_slot_evidence.device_id
description: What a device said in a half hour, and the business date that it counts on.
---
select
  evidence.* exclude (slot),
  evidence.slot,
  hour_of(evidence.slot) as hour_utc,
  business_date(evidence.slot, placed.zone) as date
from device_slot_evidence as evidence
join device_placements as placed
  on placed.device_id = evidence.device_id
  and evidence.slot >= placed.placed_from
  and (placed.placed_until is null or evidence.slot < placed.placed_until)
