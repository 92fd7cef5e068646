---
key: customer_id
inputs: { bridge_attribution_credits: customer_id }
description: The campaign that has the largest part in a customer's first closed deal.
columns: { acquisition_channel: "direct where no touch led to it" }
---
with first_deals as (
  select customer_id, min(row(converted_on, conversion_id)) as deal
  from bridge_attribution_credits
  group by customer_id
),
ranked as (
  select
    credits.*,
    row_number() over (
      partition by credits.customer_id
      order by c_position desc, first_touched_at, campaign_id
    ) as place
  from bridge_attribution_credits as credits
  join first_deals
    on first_deals.customer_id = credits.customer_id
    and first_deals.deal = row(credits.converted_on, credits.conversion_id)
)
select
  customer_id,
  nullif(campaign_id, 'direct') as acquisition_campaign_id,
  channel as acquisition_channel,
  converted_on as acquired_on
from ranked
where place = 1
