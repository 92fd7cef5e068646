---
key: device_id
inputs:
  devices: id
  tenants: account_id = devices.account_id
  business_dates: timezone = devices.timezone
  entity_devices_flows_daily: device_id
  maintenance_tickets: device_id
  device_latest: device_id
  device_firmware: device_id
description: >
  All that is known of a device without the names of what it belongs to. as_of is the business date in its zone; days go
  from 05:00 to 05:00.
---
with days as (
  select
    days.device_id,
    sum(up_minutes) as up_30d,
    sum(expected_minutes) as expected_30d,
    sum(up_minutes) filter (where date > business_date - 7) as up_7d,
    sum(expected_minutes) filter (where date > business_date - 7) as expected_7d,
    sum(up_minutes) filter (where date = business_date) as up_1d,
    sum(expected_minutes) filter (where date = business_date) as expected_1d,
    sum(trading_up_minutes) as trading_up_30d,
    sum(trading_expected_minutes - trading_up_minutes) as trading_down_30d,
    sum(trading_expected_minutes - trading_up_minutes) filter (where date = business_date) as trading_down_1d,
    sum(outages) as outages_30d,
    sum(outage_minutes) as outage_minutes_30d,
    sum(event_volume) as event_volume,
    sum(pours) as pours_30d,
    sum(volume_ml) as pour_volume_ml_30d,
    sum(waste_ml) as waste_ml_30d,
    sum(revenue) as pour_revenue_30d,
    sum(alerts) as alerts_30d,
    sum(critical_alerts) as critical_alerts_30d,
    sum(temp_excursions) as temp_excursions_30d
  from entity_devices_flows_daily as days
  join devices on devices.id = days.device_id
  join business_dates on business_dates.timezone = devices.timezone
  where days.date <= business_date and days.date > business_date - 30
  group by days.device_id
),
tickets as (
  select
    device_id,
    count(*) filter (where maintenance_tickets.status in ('open', 'scheduled', 'in_progress')) as open_tickets,
    count(*) filter (
      where maintenance_tickets.status in ('open', 'scheduled', 'in_progress') and priority in ('high', 'critical')
    ) as open_urgent_tickets,
    count(*) filter (
      where kind = 'corrective'
        and maintenance_tickets.status <> 'cancelled'
        and business_date(opened_at, zone) <= business_date
        and business_date(opened_at, zone) > business_date - 90
    ) as corrective_tickets_90d,
    max(resolved_at) filter (
      where maintenance_tickets.status = 'resolved' and kind in ('preventive', 'corrective', 'cleaning')
    ) as last_maintenance_at,
    sum(cost) filter (where maintenance_tickets.status = 'resolved') as maintenance_cost_total
  from maintenance_tickets
  join devices on devices.id = maintenance_tickets.device_id
  join business_dates on business_dates.timezone = devices.timezone
  group by device_id
),
facts as (
  select
    devices.*,
    business_dates.business_date as as_of,
    business_dates.zone,
    cast(unstamped(greatest(device_firmware.fw, device_latest.fw)) as varchar) as newest_firmware,
    last_seen_at,
    last_heartbeat_at,
    last_pour_at,
    last_offline_at,
    temp_mc,
    co2_kpa,
    keg_ml,
    rssi,
    days.* exclude (device_id),
    tickets.* exclude (device_id),
    business_dates.business_date
      - business_date(coalesce(last_maintenance_at, installed_at), business_dates.zone) as days_since_maintenance
  from devices
  join tenants on tenants.account_id = devices.account_id
  join business_dates on business_dates.timezone = devices.timezone
  left join device_latest on device_latest.device_id = devices.id
  left join device_firmware on device_firmware.device_id = devices.id
  left join days on days.device_id = devices.id
  left join tickets on tickets.device_id = devices.id
),
scored as (
  select
    *,
    case
      when installed_at is not null then score(clamp(
        100
          - clamp(quotient(30 * days_since_maintenance, 120), 0, 30)
          - quotient(25 * least(coalesce(critical_alerts_30d, 0), 3), 3)
          - quotient(20 * least(coalesce(corrective_tickets_90d, 0), 3), 3)
          - 1.5 * least(coalesce(outages_30d, 0), 10)
          - case when open_urgent_tickets > 0 then 10 else 0 end,
        0, 100))
    end as maintenance_score,
    pct(quotient(100 * up_30d, expected_30d)) as uptime_percentage
  from facts
),
healthy as (
  select
    *,
    case
      when status in ('active', 'maintenance') and expected_30d > 0
        then score(0.6 * clamp((uptime_percentage - 90) * 10, 0, 100) + 0.4 * maintenance_score)
    end as health_score
  from scored
)
select
  id as device_id,
  as_of,
  serial_number,
  account_id as customer_id,
  location_id,
  model,
  hw_revision,
  status as device_status,
  product_name,
  timezone,
  cast(line_no as integer) as line_no,
  newest_firmware as firmware_version,
  installed_at,
  retired_at,
  warranty_until,
  cast(as_of - utc_date(installed_at) as integer) as age_days,
  warranty_until >= as_of as in_warranty,
  last_seen_at,
  last_heartbeat_at,
  last_pour_at,
  last_offline_at,
  rate(temp_mc * 0.001) as line_temp_c,
  rate(co2_kpa) as co2_kpa,
  rate(quotient(
    100 * cast(keg_ml as bigint),
    coalesce(try_cast(json_extract_string(config, '$.keg_size_ml') as integer), 50000)
  )) as keg_pct,
  rate(rssi) as rssi_dbm,
  uptime_percentage,
  pct(quotient(100 * up_7d, expected_7d)) as uptime_pct_7d,
  pct(quotient(100 * up_1d, expected_1d)) as uptime_pct_1d,
  cast(coalesce(expected_30d - up_30d, 0) as bigint) as downtime_minutes_30d,
  cast(coalesce(outages_30d, 0) as integer) as outages_30d,
  rate(quotient(outage_minutes_30d, outages_30d)) as mttr_minutes_30d,
  rate(quotient(up_30d, 60 * outages_30d)) as mtbf_hours_30d,
  cast(coalesce(event_volume, 0) as bigint) as event_volume,
  cast(coalesce(pours_30d, 0) as bigint) as pours_30d,
  cast(coalesce(pour_volume_ml_30d, 0) as bigint) as pour_volume_ml_30d,
  cast(coalesce(waste_ml_30d, 0) as bigint) as waste_ml_30d,
  money(coalesce(pour_revenue_30d, 0)) as pour_revenue_30d,
  rate(quotient(waste_ml_30d, pour_volume_ml_30d + waste_ml_30d)) as waste_rate_30d,
  cast(coalesce(alerts_30d, 0) as integer) as alerts_30d,
  cast(coalesce(critical_alerts_30d, 0) as integer) as critical_alerts_30d,
  cast(coalesce(temp_excursions_30d, 0) as integer) as temp_excursions_30d,
  cast(coalesce(open_tickets, 0) as integer) as open_tickets,
  cast(coalesce(open_urgent_tickets, 0) as integer) as open_urgent_tickets,
  cast(coalesce(corrective_tickets_90d, 0) as integer) as corrective_tickets_90d,
  last_maintenance_at,
  cast(days_since_maintenance as integer) as days_since_maintenance,
  money(coalesce(maintenance_cost_total, 0)) as maintenance_cost_total,
  maintenance_score,
  health_score,
  case
    when health_score >= 80 then 'healthy'
    when health_score >= 60 then 'watch'
    when health_score < 60 then 'critical'
  end as health_band,
  coalesce(maintenance_score < 50, false) or coalesce(open_urgent_tickets, 0) > 0 as needs_maintenance,
  money(coalesce(least(
    pour_revenue_30d,
    quotient(pour_revenue_30d * trading_down_30d, greatest(60, trading_up_30d))
  ), 0)) as lost_revenue_30d,
  money(coalesce(least(
    pour_revenue_30d,
    quotient(pour_revenue_30d * coalesce(trading_down_1d, 0), greatest(60, trading_up_30d))
  ), 0)) as lost_revenue_1d
from healthy
