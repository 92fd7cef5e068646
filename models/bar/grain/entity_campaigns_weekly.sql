---
key: [campaign_id, week_start]
inputs: { entity_campaigns_daily: [campaign_id, week_start] }
description: >
  A campaign's weeks, of their closed days: sums of what happened, and what it was at the end of the last one.
  Distinct counts are no sums: they are left out.
columns: { closed_through: the last day that is closed }
---
with closed as (
  select
    *,
    row_number() over (partition by campaign_id, week_start order by date desc) as place
  from entity_campaigns_daily
  where is_closed
),
sums as (
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
  from closed
  group by campaign_id, week_start
)
select
  ended.date as closed_through,
  ended.* exclude (
    date,
    period_start_utc,
    period_end_utc,
    is_closed,
    closed_at,
    place,
    spend,
    impressions,
    clicks,
    touches,
    leads,
    conversions_won,
    day_customers_first,
    day_customers_last,
    day_customers_linear,
    day_customers_position,
    day_customers_decay,
    day_value_first,
    day_value_last,
    day_value_linear,
    day_value_position,
    day_value_decay,
    day_mrr
  ),
  sums.* exclude (campaign_id, week_start)
from closed as ended
join sums on sums.campaign_id = ended.campaign_id and sums.week_start = ended.week_start
where ended.place = 1
