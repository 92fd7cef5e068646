---
key: [lead_id, conversion_id, campaign_id]
by: lead_id
inputs:
  conversions: lead_id
  touches: lead_id
  campaigns: id = touches.campaign_id
  tenants: account_id = conversions.account_id
tests:
  lead_id: not_null
  conversion_id: not_null
  campaign_id: { is: not_null, unique_with: [lead_id, conversion_id] }
  c_first: [">= 0", "<= 1"]
  c_last: [">= 0", "<= 1"]
  c_linear: [">= 0", "<= 1"]
  c_position: [">= 0", "<= 1"]
  c_decay: [">= 0", "<= 1"]
description: >
  Which campaigns have what part in a closed deal: touches of the 90 days before it, by five models. Each model sums to
  exactly 1 a deal; a deal without a touch is direct.
columns:
  c_first: all to the first touch
  c_last: all to the last
  c_linear: equal parts
  c_position: .4 to the first and to the last, the rest to those between
  c_decay: halved with every 7 days before the deal
  n_touches: of the deal, over all campaigns
---
with deals as (
  select
    conversions.id as deal,
    conversions.lead_id,
    conversions.account_id,
    conversions.converted_at,
    conversions.contract_value,
    conversions.mrr_amount
  from conversions
  left join tenants on tenants.account_id = conversions.account_id
  where kind = 'closed_won'
    and (conversions.account_id is null or tenants.account_id is not null)
),
eligible as (
  select
    deals.deal,
    deals.converted_at,
    touches.id,
    touches.campaign_id,
    touches.touched_at,
    lag(touches.touched_at) over (
      partition by deals.deal, touches.campaign_id, touches.kind order by touches.touched_at, touches.id
    ) as touched_before
  from deals
  cross join params
  join touches
    on touches.lead_id = deals.lead_id
    and touches.campaign_id is not null
    and touches.kind <> 'impression'
    and touches.touched_at <= deals.converted_at
    and touches.touched_at >= deals.converted_at - to_days(params.attribution_lookback_days)
    and touches.received_at <= touches.touched_at + interval 35 days
),
-- What follows within half an hour in the same way is the same touch.
counted as (
  select
    deal,
    campaign_id,
    touched_at,
    row_number() over (partition by deal order by touched_at, id) as place,
    count(*) over (partition by deal) as touches,
    -- A whole number, so that the sum does not depend on its order.
    cast(
      1000000000000
        * pow(0.5, (epoch_us(converted_at) - epoch_us(touched_at)) / (86400000000.0 * params.decay_half_life_days))
      as bigint
    ) as decay
  from eligible
  cross join params
  where touched_before is null or touched_at > touched_before + interval 30 minutes
),
credited as (
  select
    deal,
    campaign_id,
    touched_at,
    place,
    touches,
    rate(case when place = 1 then 1 else 0 end) as c_first,
    rate(case when place = touches then 1 else 0 end) as c_last,
    rate(quotient(1, touches)) as c_linear,
    rate(case
      when touches = 1 then 1
      when touches = 2 then 0.5
      when place in (1, touches) then params.position_edge
      else quotient(1 - 2 * params.position_edge, touches - 2)
    end) as c_position,
    rate(quotient(decay, sum(decay) over (partition by deal))) as c_decay
  from counted
  cross join params
),
-- The last touch takes what rounding left, so that each model sums to 1.
settled as (
  select
    deal,
    campaign_id,
    touched_at,
    touches,
    c_first,
    c_last,
    c_linear + case when place = touches then 1 - sum(c_linear) over (partition by deal) else 0 end as c_linear,
    c_position + case when place = touches then 1 - sum(c_position) over (partition by deal) else 0 end as c_position,
    c_decay + case when place = touches then 1 - sum(c_decay) over (partition by deal) else 0 end as c_decay
  from credited
),
shares as (
  select
    deal,
    campaign_id,
    min(touched_at) as first_touched_at,
    max(touches) as n_touches,
    sum(c_first) as c_first,
    sum(c_last) as c_last,
    sum(c_linear) as c_linear,
    sum(c_position) as c_position,
    sum(c_decay) as c_decay
  from settled
  group by deal, campaign_id
)
select
  cast(deals.deal as varchar) as conversion_id,
  deals.lead_id,
  deals.account_id as customer_id,
  coalesce(shares.campaign_id, 'direct') as campaign_id,
  case when shares.campaign_id is null then 'direct' else campaigns.channel end as channel,
  utc_date(deals.converted_at) as converted_on,
  rate(coalesce(shares.c_first, 1)) as c_first,
  rate(coalesce(shares.c_last, 1)) as c_last,
  rate(coalesce(shares.c_linear, 1)) as c_linear,
  rate(coalesce(shares.c_position, 1)) as c_position,
  rate(coalesce(shares.c_decay, 1)) as c_decay,
  money(deals.contract_value) as contract_value,
  money(deals.mrr_amount) as mrr_amount,
  cast(coalesce(shares.n_touches, 0) as integer) as n_touches,
  shares.first_touched_at
from deals
left join shares on shares.deal = deals.deal
left join campaigns on campaigns.id = shares.campaign_id
