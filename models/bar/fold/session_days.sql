---
kind: fold
key: [account_id, user_id, date]
description: Sessions by user and the day they began. A session counts for at most 720 minutes.
---
select
  account_id,
  user_id,
  utc_date(started_at) as date,
  count(*) as sessions,
  coalesce(sum(clamp((epoch_us(ended_at) - epoch_us(started_at)) // 60000000, 0, 720)), 0) as minutes
from user_sessions
where created_at <= started_at + interval 7 days
group by account_id, user_id, utc_date(started_at)
