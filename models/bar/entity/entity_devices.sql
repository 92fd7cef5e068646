---
key: device_id
inputs:
  device_metrics: device_id
  device_connectivity: device_id
  locations: id = device_metrics.location_id
  customer_labels: customer_id = device_metrics.customer_id
history:
  [serial_number, customer_id, location_id, model, hw_revision, device_status, product_name, timezone, firmware_version,
   connectivity_status, health_band, needs_maintenance]
carried:
  [line_no, installed_at, retired_at, warranty_until, last_seen_at, last_heartbeat_at, last_pour_at, last_offline_at,
   last_maintenance_at, maintenance_cost_total, health_score]
tests:
  device_id: [unique, not_null]
  device_status: { is: not_null, accepted: [provisioned, active, maintenance, retired] }
  connectivity_status: { is: not_null, accepted: [decommissioned, never_seen, offline, online, stale] }
  uptime_percentage: [">= 0", "<= 100"]
  uptime_pct_7d: [">= 0", "<= 100"]
  uptime_pct_1d: [">= 0", "<= 100"]
  downtime_minutes_30d: ">= 0"
  outages_30d: ">= 0"
  alerts_30d: ">= 0"
  open_tickets: ">= 0"
  open_urgent_tickets: { expression: open_urgent_tickets <= open_tickets }
  maintenance_score: [">= 0", "<= 100"]
  health_score: [">= 0", "<= 100"]
  health_band: { accepted: [healthy, watch, critical] }
description: One row a tap. Windows end with as_of, the business date in the tap's zone.
columns:
  firmware_version: the newest of what the row and the tap itself say
  connectivity_status: online is seen within three intervals or 3 minutes; offline for up to a day, stale for more
  last_seen_at: newest message that is not offline
  line_temp_c: of the newest heartbeat that says it, as are the next three
  uptime_percentage: 100 × minutes with evidence / minutes expected, 30 days
  downtime_minutes_30d: expected minutes without evidence
  event_volume: pours, status messages and alerts of 30 days
  maintenance_score: 100 is nothing due
  lost_revenue_30d: what trading minutes without evidence would have brought, at the tap's own pace
  failure_probability: of the promoted model
---
select
  d.device_id,
  d.serial_number,
  d.customer_id,
  d.location_id,
  d.model,
  d.hw_revision,
  d.device_status,
  d.product_name,
  d.timezone,
  d.line_no,
  labels.customer_name,
  labels.customer_segment,
  locations.name as location_name,
  locations.city,
  labels.customer_tier,
  d.firmware_version,
  d.installed_at,
  d.retired_at,
  d.warranty_until,
  d.age_days,
  d.in_warranty,
  connectivity.connectivity_status,
  d.last_seen_at,
  d.last_heartbeat_at,
  d.last_pour_at,
  d.last_offline_at,
  d.line_temp_c,
  d.co2_kpa,
  d.keg_pct,
  d.rssi_dbm,
  d.uptime_percentage,
  d.uptime_pct_7d,
  d.uptime_pct_1d,
  d.downtime_minutes_30d,
  d.outages_30d,
  d.mttr_minutes_30d,
  d.mtbf_hours_30d,
  d.event_volume,
  d.pours_30d,
  d.pour_volume_ml_30d,
  d.waste_ml_30d,
  d.pour_revenue_30d,
  d.waste_rate_30d,
  d.alerts_30d,
  d.critical_alerts_30d,
  d.temp_excursions_30d,
  d.open_tickets,
  d.open_urgent_tickets,
  d.corrective_tickets_90d,
  d.last_maintenance_at,
  d.days_since_maintenance,
  d.maintenance_cost_total,
  d.maintenance_score,
  d.health_score,
  d.health_band,
  d.needs_maintenance,
  d.lost_revenue_30d,
  d.lost_revenue_1d,
  -- A promoted model will fill it.
  cast(null as decimal(12, 6)) as failure_probability,
  d.as_of
from device_metrics as d
left join device_connectivity as connectivity on connectivity.device_id = d.device_id
left join locations on locations.id = d.location_id
left join customer_labels as labels on labels.customer_id = d.customer_id
