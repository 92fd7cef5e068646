---
key: campaign_id
inputs:
  campaigns: id
  spend_facts: campaign_id
  touch_days: campaign_id
  lead_facts: campaign_id
  bridge_attribution_credits: campaign_id
time: date
history: [campaign_name, channel, objective, campaign_status, owner, budget, performance_band]
carried:
  [start_date, end_date, spend_total, spend_30d, leads_total, leads_30d, leads_qualified, leads_won, conversion_rate,
   customer_acquisition_cost, roi]
tests:
  campaign_id: [unique, not_null]
  channel: { accepted: [paid_search, paid_social, email, events, partner, content, referral] }
  objective: { accepted: [awareness, lead_gen, trial, expansion] }
  campaign_status: { is: not_null, accepted: [draft, active, paused, ended] }
  spend_total: ">= 0"
  spend_30d: ">= 0"
  leads_total: ">= 0"
  leads_won: { expression: leads_won <= leads_total }
  conversion_rate: [">= 0", "<= 1"]
description: One row a campaign. Money is USD.
columns:
  leads_won: leads it brought that have a closed deal
  conversion_rate: leads_won / leads_total
  attributed_customers_first: its parts in all closed deals, as the next four by their models
  customer_acquisition_cost: spend over the customers attributed by position
  roi: (contract value by position − spend) / spend
  acquired_ltv: lifetime value of the customers it has a part in
---
with spent as (
  select
    campaign_id,
    sum(spend) as spend_total,
    sum(spend) filter (where spend_date <= clock.as_of and spend_date > clock.as_of - 30) as spend_30d,
    sum(impressions) as impressions_total,
    sum(clicks) as clicks_total
  from spend_facts
  cross join clock
  group by campaign_id
),
touched as (
  select campaign_id, sum(touches) as touches_total
  from touch_days
  group by campaign_id
),
found as (
  select
    campaign_id,
    count(*) as leads_total,
    count(*) filter (where date <= clock.as_of and date > clock.as_of - 30) as leads_30d,
    sum(is_qualified) as leads_qualified,
    sum(is_won) as leads_won
  from lead_facts
  cross join clock
  group by campaign_id
),
earned as (
  select
    campaign_id,
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
  group by campaign_id
),
facts as (
  select
    campaigns.*,
    clock.as_of,
    coalesce(spent.spend_total, 0) as spend_total,
    coalesce(spent.spend_30d, 0) as spend_30d,
    coalesce(spent.impressions_total, 0) as impressions_total,
    coalesce(spent.clicks_total, 0) as clicks_total,
    coalesce(touched.touches_total, 0) as touches_total,
    coalesce(found.leads_total, 0) as leads_total,
    coalesce(found.leads_30d, 0) as leads_30d,
    coalesce(found.leads_qualified, 0) as leads_qualified,
    coalesce(found.leads_won, 0) as leads_won,
    rate(coalesce(earned.c_first, 0)) as c_first,
    rate(coalesce(earned.c_last, 0)) as c_last,
    rate(coalesce(earned.c_linear, 0)) as c_linear,
    rate(coalesce(earned.c_position, 0)) as c_position,
    rate(coalesce(earned.c_decay, 0)) as c_decay,
    money(coalesce(earned.v_first, 0)) as v_first,
    money(coalesce(earned.v_last, 0)) as v_last,
    money(coalesce(earned.v_linear, 0)) as v_linear,
    money(coalesce(earned.v_position, 0)) as v_position,
    money(coalesce(earned.v_decay, 0)) as v_decay,
    money(coalesce(earned.mrr, 0)) as mrr,
    money(quotient(spent.spend_total, earned.c_position)) as acquisition_cost,
    rate(quotient(coalesce(earned.v_position, 0) - spent.spend_total, spent.spend_total)) as roi,
    -- Platform statistics will fill it.
    cast(null as decimal(18, 2)) as acquired_ltv
  from campaigns
  cross join clock
  left join spent on spent.campaign_id = campaigns.id
  left join touched on touched.campaign_id = campaigns.id
  left join found on found.campaign_id = campaigns.id
  left join earned on earned.campaign_id = campaigns.id
)
select
  id as campaign_id,
  name as campaign_name,
  channel,
  objective,
  status as campaign_status,
  owner,
  money(budget) as budget,
  start_date,
  end_date,
  cast(greatest(0, least(as_of, coalesce(end_date, as_of)) - start_date + 1) as integer) as days_active,
  money(spend_total) as spend_total,
  money(spend_30d) as spend_30d,
  pct(quotient(100 * spend_total, budget)) as budget_used_pct,
  cast(impressions_total as bigint) as impressions_total,
  cast(clicks_total as bigint) as clicks_total,
  cast(touches_total as bigint) as touches_total,
  rate(quotient(clicks_total, impressions_total)) as ctr,
  rate(quotient(spend_total, clicks_total)) as cpc,
  cast(leads_total as integer) as leads_total,
  cast(leads_30d as integer) as leads_30d,
  cast(leads_qualified as integer) as leads_qualified,
  cast(leads_won as integer) as leads_won,
  rate(quotient(leads_won, leads_total)) as conversion_rate,
  money(quotient(spend_total, leads_total)) as cost_per_lead,
  c_first as attributed_customers_first,
  c_last as attributed_customers_last,
  c_linear as attributed_customers_linear,
  c_position as attributed_customers_position,
  c_decay as attributed_customers_decay,
  v_first as attributed_value_first,
  v_last as attributed_value_last,
  v_linear as attributed_value_linear,
  v_position as attributed_value_position,
  v_decay as attributed_value_decay,
  mrr as attributed_mrr,
  acquisition_cost as customer_acquisition_cost,
  roi,
  rate(quotient(v_position, spend_total)) as roas,
  rate(quotient(acquisition_cost, quotient(gross_margin * mrr, c_position))) as cac_payback_months,
  acquired_ltv,
  rate(quotient(quotient(acquired_ltv, c_position), acquisition_cost)) as ltv_to_cac,
  case
    when roi >= 2 then 'strong'
    when roi >= 0 then 'positive'
    when roi < 0 then 'negative'
  end as performance_band,
  as_of
from facts
cross join params
