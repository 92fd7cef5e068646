---
kind: fold
key: user_id
description: A user's first and last page event that is no error.
---
select
  user_id,
  min(occurred_at) as first_at,
  max(occurred_at) as last_at
from page_events_changes
where event_name <> 'error' and _op <> 'd'
group by user_id
