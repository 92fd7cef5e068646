---
key: location_id
inputs:
  locations: id
  tenants: account_id = locations.account_id
  business_dates: timezone = locations.timezone
  customer_labels: customer_id = locations.account_id
  entity_locations_flows_daily: location_id
  location_hour_pours: location_id
  device_metrics: location_id
  device_connectivity: device_id = device_metrics.device_id
  maintenance_tickets: location_id
  users: location_id
history:
  [customer_id, location_name, venue_type, location_status, city, region, country, timezone, seats, device_health_band,
   efficiency_band]
carried: [opened_on, closed_on, device_health, revenue_impact, revenue_impact_1d, operational_efficiency]
tests:
  location_id: [unique, not_null]
  location_status: { is: not_null, accepted: [onboarding, open, closed] }
  devices_online: { expression: devices_online <= devices_active }
  device_health: [">= 0", "<= 100"]
  device_health_band: { accepted: [healthy, watch, critical] }
  device_uptime_pct_30d: [">= 0", "<= 100"]
  trading_uptime_pct_30d: [">= 0", "<= 100"]
  open_tickets: ">= 0"
  ticket_sla_rate_90d: [">= 0", "<= 1"]
  efficiency_band: { accepted: [high, normal, low] }
  peak_hour_local: [">= 0", "<= 23"]
description: One row a location. Windows end with as_of, the business date there.
columns:
  device_health: mean of its taps' health scores
  trading_uptime_pct_30d: of the minutes from 11:00 to 02:00
  revenue_impact: what its taps' trading minutes without evidence would have brought in 30 days
  ticket_sla_rate_90d: share of the tickets resolved within the hours for their priority; 1 if none
  operational_efficiency: "yield .4, trading uptime .4, tickets in time .2, of those that there are"
  peak_hour_local: the hour with most pours of 30 days
  occupancy_avg_7d: of the occupancy package
---
with days as (
  select
    days.location_id,
    sum(up_minutes) filter (where date > business_date - 30) as up_30d,
    sum(expected_minutes) filter (where date > business_date - 30) as expected_30d,
    sum(trading_up_minutes) filter (where date > business_date - 30) as trading_up_30d,
    sum(trading_expected_minutes) filter (where date > business_date - 30) as trading_expected_30d,
    sum(pours) filter (where date > business_date - 30) as pours_30d,
    sum(volume_ml) filter (where date > business_date - 30) as volume_30d,
    sum(waste_ml) filter (where date > business_date - 30) as waste_30d,
    sum(revenue) filter (where date > business_date - 30) as revenue_30d,
    sum(revenue) filter (where date <= business_date - 30) as revenue_prev_30d
  from entity_locations_flows_daily as days
  join locations on locations.id = days.location_id
  join business_dates on business_dates.timezone = locations.timezone
  where date <= business_date and date > business_date - 60
  group by days.location_id
),
hour_pours as (
  select
    location_id,
    cast(split_part(pair, ':', 1) as integer) as local_hour,
    sum(cast(split_part(pair, ':', 2) as bigint)) as pours
  from (
    select by_day.location_id, unnest(string_split(pours_by_hour, ',')) as pair
    from location_hour_pours as by_day
    join locations on locations.id = by_day.location_id
    join business_dates on business_dates.timezone = locations.timezone
    where date <= business_date and date > business_date - 30
  ) as pairs
  group by location_id, local_hour
),
peaks as (
  select location_id, arg_max(local_hour, row(pours, -local_hour)) as peak_hour_local
  from hour_pours
  group by location_id
),
taps as (
  select
    d.location_id,
    count(*) filter (where device_status = 'active') as devices_active,
    count(*) filter (where device_status = 'active' and connectivity_status = 'online') as devices_online,
    count(*) filter (where health_score < 60) as devices_unhealthy,
    score(quotient(sum(health_score), count(health_score))) as device_health,
    sum(lost_revenue_30d) as lost_30d,
    sum(lost_revenue_1d) as lost_1d
  from device_metrics as d
  left join device_connectivity as c on c.device_id = d.device_id
  group by d.location_id
),
resolved as (
  select
    maintenance_tickets.location_id,
    count(*) filter (where maintenance_tickets.status in ('open', 'scheduled', 'in_progress')) as open_tickets,
    count(*) filter (
      where maintenance_tickets.status = 'resolved'
        and business_date(resolved_at, zone) <= business_date
        and business_date(resolved_at, zone) > business_date - 90
    ) as resolved_90d,
    count(*) filter (
      where maintenance_tickets.status = 'resolved'
        and business_date(resolved_at, zone) <= business_date
        and business_date(resolved_at, zone) > business_date - 90
        and resolved_at <= opened_at + to_hours(case priority
          when 'critical' then params.sla_hours_critical
          when 'high' then params.sla_hours_high
          when 'normal' then params.sla_hours_normal
          else params.sla_hours_low
        end)
    ) as in_time_90d
  from maintenance_tickets
  join locations on locations.id = maintenance_tickets.location_id
  join business_dates on business_dates.timezone = locations.timezone
  cross join params
  group by maintenance_tickets.location_id
),
staff as (
  select location_id, count(*) as staff_users
  from users
  where status = 'active'
  group by location_id
),
facts as (
  select
    locations.*,
    business_dates.business_date as as_of,
    labels.customer_name,
    labels.customer_segment,
    labels.customer_tier,
    days.* exclude (location_id),
    peaks.peak_hour_local,
    taps.* exclude (location_id),
    resolved.* exclude (location_id),
    staff.staff_users,
    rate(quotient(waste_30d, volume_30d + waste_30d)) as waste_rate_30d,
    pct(quotient(100 * trading_up_30d, trading_expected_30d)) as trading_uptime_pct_30d,
    rate(coalesce(quotient(in_time_90d, resolved_90d), 1)) as ticket_sla_rate_90d
  from locations
  join tenants on tenants.account_id = locations.account_id
  join business_dates on business_dates.timezone = locations.timezone
  left join customer_labels as labels on labels.customer_id = locations.account_id
  left join days on days.location_id = locations.id
  left join peaks on peaks.location_id = locations.id
  left join taps on taps.location_id = locations.id
  left join resolved on resolved.location_id = locations.id
  left join staff on staff.location_id = locations.id
),
scored as (
  select
    *,
    case
      when waste_rate_30d is not null or trading_uptime_pct_30d is not null then score(quotient(
        40 * coalesce(1 - waste_rate_30d, 0) + 0.4 * coalesce(trading_uptime_pct_30d, 0) + 20 * ticket_sla_rate_90d,
        case when waste_rate_30d is null then 0 else 0.4 end
          + case when trading_uptime_pct_30d is null then 0 else 0.4 end
          + 0.2
      ))
    end as operational_efficiency
  from facts
)
select
  id as location_id,
  account_id as customer_id,
  name as location_name,
  venue_type,
  status as location_status,
  city,
  region,
  country,
  timezone,
  seats,
  opened_on,
  closed_on,
  customer_name,
  customer_segment,
  customer_tier,
  cast(coalesce(devices_active, 0) as integer) as devices_active,
  cast(coalesce(devices_online, 0) as integer) as devices_online,
  cast(coalesce(devices_unhealthy, 0) as integer) as devices_unhealthy,
  device_health,
  case
    when device_health >= 80 then 'healthy'
    when device_health >= 60 then 'watch'
    when device_health < 60 then 'critical'
  end as device_health_band,
  pct(quotient(100 * up_30d, expected_30d)) as device_uptime_pct_30d,
  trading_uptime_pct_30d,
  cast(coalesce(pours_30d, 0) as bigint) as pours_30d,
  cast(coalesce(volume_30d, 0) as bigint) as pour_volume_ml_30d,
  cast(coalesce(waste_30d, 0) as bigint) as waste_ml_30d,
  money(coalesce(revenue_30d, 0)) as pour_revenue_30d,
  money(coalesce(revenue_prev_30d, 0)) as pour_revenue_prev_30d,
  rate(quotient(coalesce(revenue_30d, 0) - revenue_prev_30d, revenue_prev_30d)) as revenue_growth_30d,
  money(quotient(coalesce(revenue_30d, 0), seats)) as revenue_per_seat_30d,
  waste_rate_30d,
  money(coalesce(lost_30d, 0)) as revenue_impact,
  money(coalesce(lost_1d, 0)) as revenue_impact_1d,
  pct(quotient(100 * coalesce(lost_30d, 0), coalesce(lost_30d, 0) + coalesce(revenue_30d, 0))) as revenue_impact_pct,
  cast(coalesce(open_tickets, 0) as integer) as open_tickets,
  ticket_sla_rate_90d,
  operational_efficiency,
  case
    when operational_efficiency >= 85 then 'high'
    when operational_efficiency >= 70 then 'normal'
    when operational_efficiency < 70 then 'low'
  end as efficiency_band,
  peak_hour_local,
  cast(coalesce(staff_users, 0) as integer) as staff_users,
  -- The occupancy package will fill it.
  cast(null as decimal(12, 6)) as occupancy_avg_7d,
  as_of
from scored
