---
key: ticket_id
inputs: { maintenance_tickets: id }
description: Visits that were planned, while they last. A device need not be up then.
columns: { ends_at: "null while it goes on" }
---
select
  id as ticket_id,
  device_id,
  started_at,
  case when status = 'resolved' then resolved_at end as ends_at
from maintenance_tickets
where kind in ('preventive', 'cleaning')
  and status in ('in_progress', 'resolved')
  and started_at is not null
