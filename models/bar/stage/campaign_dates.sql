---
key: [campaign_id, date]
by: campaign_id
inputs: { campaigns_changes: id }
time: date
description: The days of a campaign's life, deleted ones too.
---
with lives as (
  select
    id as campaign_id,
    min(utc_date(created_at)) as created_on,
    case when arg_max(_op, _offset) = 'd' then utc_date(arg_max(_source_ts, _offset)) end as deleted_on
  from campaigns_changes
  group by id
)
select
  campaign_id,
  cast(unnest(generate_series(
    greatest(params.first_date, created_on),
    least(clock.as_of, deleted_on),
    interval 1 day
  )) as date) as date
from lives
cross join clock
cross join params
