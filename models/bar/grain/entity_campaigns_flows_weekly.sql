---
key: [campaign_id, week_start]
inputs: { entity_campaigns_flows_daily: [campaign_id, week_start] }
description: A campaign's weeks, the sums of their days. Distinct counts are left out, being no sums.
---
select
  campaign_id,
  week_start,
  money(sum(spend)) as spend,
  cast(sum(impressions) as bigint) as impressions,
  cast(sum(clicks) as bigint) as clicks,
  cast(sum(touches) as bigint) as touches,
  cast(sum(leads) as integer) as leads,
  cast(sum(conversions_won) as integer) as conversions_won,
  rate(sum(day_customers_first)) as day_customers_first,
  rate(sum(day_customers_last)) as day_customers_last,
  rate(sum(day_customers_linear)) as day_customers_linear,
  rate(sum(day_customers_position)) as day_customers_position,
  rate(sum(day_customers_decay)) as day_customers_decay,
  money(sum(day_value_first)) as day_value_first,
  money(sum(day_value_last)) as day_value_last,
  money(sum(day_value_linear)) as day_value_linear,
  money(sum(day_value_position)) as day_value_position,
  money(sum(day_value_decay)) as day_value_decay,
  money(sum(day_mrr)) as day_mrr
from entity_campaigns_flows_daily
group by campaign_id, week_start
