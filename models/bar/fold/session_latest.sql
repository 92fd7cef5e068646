---
kind: fold
key: user_id
description: When a user's first session began and the last one ended.
---
select
  user_id,
  min(started_at) as first_at,
  max(coalesce(ended_at, started_at)) as last_at
from user_sessions_changes
where _op <> 'd'
group by user_id
