---
key: [id, event]
by: id
inputs:
  maintenance_tickets: id
  locations: id = maintenance_tickets.location_id
  zones: timezone = locations.timezone
description: Maintenance tickets on the business days they were opened and resolved.
---
with tickets as (
  select
    maintenance_tickets.id,
    location_id,
    opened_at,
    case when maintenance_tickets.status = 'resolved' then resolved_at end as resolved_at,
    zone
  from maintenance_tickets
  join locations on locations.id = maintenance_tickets.location_id
  join zones on zones.timezone = locations.timezone
)
select id, 'opened' as event, location_id, business_date(opened_at, zone) as date
from tickets
union all
select id, 'resolved', location_id, business_date(resolved_at, zone)
from tickets
where resolved_at is not null
