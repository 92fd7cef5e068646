---
key: [device_id, hour_utc, business_date]
by: [device_id, business_date]
inputs:
  device_dates: [device_id, date]
  device_slots: [device_id, date]
  planned_maintenance: device_id = device_dates.device_id
  running_days: "[timezone, business_date] = device_dates.[timezone, date]"
  locations: id = device_dates.location_id
tests:
  device_id: not_null
  hour_utc: not_null
  business_date: { is: not_null, unique_with: [device_id, hour_utc] }
  up_minutes: { is: ">= 0", expression: up_minutes <= expected_minutes }
  expected_minutes: [">= 0", "<= 60"]
  local_hour: [">= 0", "<= 23"]
description: >
  A device's hours: minutes by evidence, pours, alerts. An hour in which the business day begins (zones with a half
  hour) has two rows, each with its minutes.
columns:
  business_date: of the row's minutes
  local_hour: of the hour's first minute
  up_mask: "bit m: there is evidence for minute m"
  expected_mask: "bit m: in service, over, and not in planned maintenance"
  waste_ml: waste, and what was poured over the target
  trading_up_minutes: of the minutes from 11:00 to 02:00
---
with hours as (
  select
    device_id,
    date,
    location_id,
    customer_id,
    timezone,
    zone,
    installed_at,
    retired_at,
    starts_at,
    ends_at,
    unnest(generate_series(hour_of(starts_at), ends_at - interval 1 microsecond, interval 1 hour)) as hour_utc
  from device_dates
),
planned as (
  select
    hours.device_id,
    hours.date,
    hours.hour_utc,
    hours.starts_at,
    bit_or(minutes_between(
      hours.hour_utc,
      visit.started_at,
      coalesce(visit.ends_at, hours.hour_utc + interval 1 hour)
    )) as mask
  from hours
  join planned_maintenance as visit
    on visit.device_id = hours.device_id
    and visit.started_at < hours.hour_utc + interval 1 hour
    and (visit.ends_at is null or visit.ends_at > hours.hour_utc)
  group by all
),
expected as (
  select
    hours.*,
    case
      when hours.installed_at is null then 0
      else minutes_between(
        hours.hour_utc,
        greatest(hours.installed_at, hours.starts_at),
        least(hours.retired_at, hours.ends_at, running.until)
      ) & ~coalesce(planned.mask, 0)
    end as expected_mask,
    case when is_trading(timezone(hours.zone, hours.hour_utc)) then half_hour_mask() else 0 end
      | case
        when is_trading(timezone(hours.zone, hours.hour_utc + interval 30 minutes)) then half_hour_mask() << 30
        else 0
      end as trading_mask
  from hours
  left join planned
    on planned.device_id = hours.device_id
    and planned.date = hours.date
    and planned.hour_utc = hours.hour_utc
    and planned.starts_at = hours.starts_at
  left join running_days as running on running.timezone = hours.timezone and running.business_date = hours.date
),
said as (
  select
    device_id,
    date,
    hour_utc,
    bit_or(case when slot = hour_utc then up_mask else up_mask << 30 end) as up_mask,
    cast(sum(heartbeats) as integer) as heartbeats,
    cast(sum(temp_mc) as bigint) as temp_mc,
    cast(sum(temps) as bigint) as temps,
    cast(sum(pours) as bigint) as pours,
    cast(sum(volume_ml) as bigint) as volume_ml,
    cast(sum(waste_ml) as bigint) as waste_ml,
    cast(sum(revenue_minor) as bigint) as revenue_minor,
    cast(sum(event_volume) as bigint) as event_volume,
    cast(sum(alerts) as integer) as alerts,
    cast(sum(critical_alerts) as integer) as critical_alerts,
    cast(sum(temp_excursions) as integer) as temp_excursions,
    cast(sum(late_facts) as bigint) as late_facts
  from device_slots
  group by device_id, date, hour_utc
)
select
  expected.device_id,
  expected.hour_utc,
  expected.customer_id,
  expected.location_id,
  locations.city,
  expected.date as business_date,
  cast(hour(timezone(expected.zone, expected.hour_utc)) as integer) as local_hour,
  coalesce(said.up_mask, 0) as up_mask,
  expected_mask,
  cast(bit_count(coalesce(said.up_mask, 0) & expected_mask) as integer) as up_minutes,
  cast(bit_count(expected_mask) as integer) as expected_minutes,
  coalesce(said.heartbeats, 0) as heartbeats,
  coalesce(said.pours, 0) as pours,
  coalesce(said.volume_ml, 0) as volume_ml,
  coalesce(said.waste_ml, 0) as waste_ml,
  coalesce(said.event_volume, 0) as event_volume,
  money(coalesce(said.revenue_minor, 0) * 0.01) as revenue,
  coalesce(said.alerts, 0) as alerts,
  rate(quotient(said.temp_mc, 1000 * said.temps)) as avg_line_temp_c,
  cast(bit_count(coalesce(said.up_mask, 0) & expected_mask & trading_mask) as integer) as trading_up_minutes,
  cast(bit_count(expected_mask & trading_mask) as integer) as trading_expected_minutes,
  coalesce(said.critical_alerts, 0) as critical_alerts,
  coalesce(said.temp_excursions, 0) as temp_excursions,
  coalesce(said.late_facts, 0) as late_facts,
  coalesce(said.temp_mc, 0) as temp_mc,
  coalesce(said.temps, 0) as temps
from expected
left join said
  on said.device_id = expected.device_id
  and said.date = expected.date
  and said.hour_utc = expected.hour_utc
left join locations on locations.id = expected.location_id
where expected_mask <> 0 or said.device_id is not null
