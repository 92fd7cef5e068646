---
key: [id, event]
by: id
inputs: { support_tickets: id }
description: Support tickets on the days they were opened and solved.
---
select id, 'opened' as event, account_id as customer_id, utc_date(opened_at) as date
from support_tickets
union all
select id, 'solved', account_id, utc_date(solved_at)
from support_tickets
where solved_at is not null
