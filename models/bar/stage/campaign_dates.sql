---
key: [campaign_id, date]
by: campaign_id
inputs: { campaign_lives: campaign_id }
time: date
description: The days of a campaign's life, deleted ones too.
---
select
  campaign_id,
  cast(unnest(generate_series(
    greatest(least(params.first_date, utc_date(clock.started_at)), utc_date(created_at)),
    least(clock.as_of, case when deleted_offset = last_offset then utc_date(deleted_at) end),
    interval 1 day
  )) as date) as date
from campaign_lives
cross join clock
cross join params
