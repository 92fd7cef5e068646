---
key: [device_id, date, location_id]
by: [device_id, date]
inputs: { entity_devices_hourly: [device_id, business_date] }
description: A device's business day at one place. Devices, locations and customers sum the same rows.
columns:
  outages: runs of at least 5 minutes that were expected and not up; cut where the day begins and where the device moves
  outage_minutes: minutes of those runs
---
with hours as (
  select
    *,
    -- Minute 0 comes first. A leading 0 ends a run where hours are missing in between.
    case when lag(hour_utc) over one_day = hour_utc - interval 1 hour then '' else '0' end
      || reverse(lpad(bin(expected_mask & ~up_mask), 60, '0')) as down
  from entity_devices_hourly
  window one_day as (partition by device_id, business_date, location_id order by hour_utc)
),
days as (
  select
    device_id,
    business_date as date,
    location_id,
    max(customer_id) as customer_id,
    cast(sum(up_minutes) as bigint) as up_minutes,
    cast(sum(expected_minutes) as bigint) as expected_minutes,
    cast(sum(trading_up_minutes) as bigint) as trading_up_minutes,
    cast(sum(trading_expected_minutes) as bigint) as trading_expected_minutes,
    regexp_extract_all(string_agg(down, '' order by hour_utc), '1{5,}') as runs,
    cast(sum(pours) as bigint) as pours,
    cast(sum(volume_ml) as bigint) as volume_ml,
    cast(sum(waste_ml) as bigint) as waste_ml,
    cast(sum(event_volume) as bigint) as event_volume,
    cast(sum(heartbeats) as bigint) as heartbeats,
    cast(sum(late_facts) as bigint) as late_facts,
    money(sum(revenue)) as revenue,
    cast(sum(alerts) as integer) as alerts,
    cast(sum(critical_alerts) as integer) as critical_alerts,
    cast(sum(temp_excursions) as integer) as temp_excursions,
    cast(sum(temp_mc) as bigint) as temp_mc,
    cast(sum(temps) as bigint) as temps
  from hours
  group by device_id, business_date, location_id
)
select
  * exclude (runs),
  cast(len(runs) as integer) as outages,
  cast(len(array_to_string(runs, '')) as bigint) as outage_minutes
from days
