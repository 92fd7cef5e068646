---
kind: fold
key: [account_id, user_id, date]
description: Page events by user and day. One that came more than 7 days late counts on no day.
columns: { actions: "all but errors" }
---
select
  account_id,
  user_id,
  utc_date(occurred_at) as date,
  count(*) as events,
  count(*) filter (where event_name = 'page_view') as page_views,
  count(*) filter (where event_name <> 'error') as actions
from page_events
where received_at <= occurred_at + interval 7 days
group by account_id, user_id, utc_date(occurred_at)
