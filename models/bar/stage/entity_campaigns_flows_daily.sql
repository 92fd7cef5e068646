---
key: [campaign_id, date]
inputs:
  campaign_dates: [campaign_id, date]
  spend_facts: [campaign_id, spend_date]
  touch_days: [campaign_id, date]
  lead_facts: [campaign_id, date]
  bridge_attribution_credits: [campaign_id, converted_on]
tests:
  campaign_id: not_null
  date: { is: not_null, unique_with: [campaign_id] }
description: A campaign's days, one row each also where nothing happened.
columns:
  week_start: Monday
  conversions_won: closed deals of the day in which it has a part
  day_customers_first: its parts in the deals of the day, as the next four by their models
  day_mrr: by position
---
with spent as (
  select
    campaign_id,
    spend_date,
    sum(day_spend) as spend,
    sum(day_impressions) as impressions,
    sum(day_clicks) as clicks
  from spend_facts
  group by campaign_id, spend_date
),
found as (
  select campaign_id, date, count(*) as leads
  from lead_facts
  group by campaign_id, date
),
earned as (
  select
    campaign_id,
    converted_on,
    count(*) filter (
      where c_first > 0 or c_last > 0 or c_linear > 0 or c_position > 0 or c_decay > 0
    ) as deals,
    sum(c_first) as c_first,
    sum(c_last) as c_last,
    sum(c_linear) as c_linear,
    sum(c_position) as c_position,
    sum(c_decay) as c_decay,
    sum(money(product(contract_value, c_first))) as v_first,
    sum(money(product(contract_value, c_last))) as v_last,
    sum(money(product(contract_value, c_linear))) as v_linear,
    sum(money(product(contract_value, c_position))) as v_position,
    sum(money(product(contract_value, c_decay))) as v_decay,
    sum(money(product(mrr_amount, c_position))) as mrr
  from bridge_attribution_credits
  group by campaign_id, converted_on
)
select
  days.campaign_id,
  days.date,
  money(coalesce(spent.spend, 0)) as spend,
  cast(coalesce(spent.impressions, 0) as bigint) as impressions,
  cast(coalesce(spent.clicks, 0) as bigint) as clicks,
  coalesce(touch_days.day_touches, 0) as touches,
  cast(coalesce(found.leads, 0) as integer) as leads,
  cast(coalesce(earned.deals, 0) as integer) as conversions_won,
  rate(coalesce(earned.c_first, 0)) as day_customers_first,
  rate(coalesce(earned.c_last, 0)) as day_customers_last,
  rate(coalesce(earned.c_linear, 0)) as day_customers_linear,
  rate(coalesce(earned.c_position, 0)) as day_customers_position,
  rate(coalesce(earned.c_decay, 0)) as day_customers_decay,
  money(coalesce(earned.v_first, 0)) as day_value_first,
  money(coalesce(earned.v_last, 0)) as day_value_last,
  money(coalesce(earned.v_linear, 0)) as day_value_linear,
  money(coalesce(earned.v_position, 0)) as day_value_position,
  money(coalesce(earned.v_decay, 0)) as day_value_decay,
  money(coalesce(earned.mrr, 0)) as day_mrr,
  cast(date_trunc('week', days.date) as date) as week_start
from campaign_dates as days
left join spent on spent.campaign_id = days.campaign_id and spent.spend_date = days.date
left join touch_days on touch_days.campaign_id = days.campaign_id and touch_days.date = days.date
left join found on found.campaign_id = days.campaign_id and found.date = days.date
left join earned on earned.campaign_id = days.campaign_id and earned.converted_on = days.date
