---
kind: view
description: Campaigns by return; those that spent at least 100.
---
select
  campaign_id,
  campaign_name,
  channel,
  spend_total,
  attributed_value_position,
  attributed_customers_position,
  customer_acquisition_cost,
  roi
from entity_campaigns
where spend_total >= 100
