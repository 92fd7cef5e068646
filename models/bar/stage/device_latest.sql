---
key: device_id
inputs: { heartbeat_latest: device_id, pour_latest: device_id, status_latest: device_id, alert_latest: device_id }
description: What a device's newest messages say.
columns: { last_seen_at: "any message but offline", fw: "under its time" }
---
with spoken as (
  select device_id from heartbeat_latest
  union
  select device_id from pour_latest
  union
  select device_id from status_latest
  union
  select device_id from alert_latest
)
select
  spoken.device_id,
  greatest(last_heartbeat_at, last_pour_at, last_online_at, last_alert_at) as last_seen_at,
  last_heartbeat_at,
  last_pour_at,
  last_offline_at,
  try_cast(split_part(unstamped(newest), '|', 1) as integer) as interval_s,
  greatest(
    case when split_part(newest, '|', 6) <> '' then substr(newest, 1, 36) || split_part(newest, '|', 6) end,
    status_latest.fw
  ) as fw,
  try_cast(split_part(unstamped(newest), '|', 2) as integer) as temp_mc,
  try_cast(split_part(unstamped(newest), '|', 3) as decimal(12, 3)) as co2_kpa,
  try_cast(split_part(unstamped(newest), '|', 4) as integer) as keg_ml,
  try_cast(split_part(unstamped(newest), '|', 5) as integer) as rssi
from spoken
left join heartbeat_latest on heartbeat_latest.device_id = spoken.device_id
left join pour_latest on pour_latest.device_id = spoken.device_id
left join status_latest on status_latest.device_id = spoken.device_id
left join alert_latest on alert_latest.device_id = spoken.device_id
