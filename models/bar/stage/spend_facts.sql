---
key: [campaign_id, spend_date, platform]
inputs: { ad_spend_changes: [campaign_id, spend_date, platform] }
description: >
  Spend in USD by day and platform. What was told more than 35 days after its day counts in the totals, but on no day.
columns: { spend: "as it is now", day_spend: "as it was told in time" }
---
with told as (
  select
    campaign_id,
    spend_date,
    platform,
    _offset,
    case when _op = 'd' then 0 else money(product(amount, fx_rate)) end as spend,
    case when _op = 'd' then 0 else impressions end as impressions,
    case when _op = 'd' then 0 else clicks end as clicks,
    _op = 'r' or utc_date(_source_ts) <= spend_date + 35 as is_timely
  from ad_spend_changes
)
select
  campaign_id,
  spend_date,
  platform,
  money(arg_max(spend, _offset)) as spend,
  cast(arg_max(impressions, _offset) as bigint) as impressions,
  cast(arg_max(clicks, _offset) as bigint) as clicks,
  money(coalesce(arg_max(spend, _offset) filter (where is_timely), 0)) as day_spend,
  cast(coalesce(arg_max(impressions, _offset) filter (where is_timely), 0) as bigint) as day_impressions,
  cast(coalesce(arg_max(clicks, _offset) filter (where is_timely), 0) as bigint) as day_clicks
from told
group by campaign_id, spend_date, platform
