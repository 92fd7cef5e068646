---
kind: fold
key: [campaign_id, date]
description: Touches by campaign and day. One that came more than 35 days late counts only in all.
---
select
  campaign_id,
  utc_date(touched_at) as date,
  count(*) as touches,
  count(*) filter (where received_at <= touched_at + interval 35 days) as day_touches
from touches
where campaign_id is not null
group by campaign_id, utc_date(touched_at)
