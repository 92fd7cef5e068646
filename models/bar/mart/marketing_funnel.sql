---
kind: view
description: From impression to deal, by channel.
---
select
  channel,
  sum(impressions_total) as impressions,
  sum(clicks_total) as clicks,
  sum(leads_total) as leads,
  sum(leads_qualified) as qualified,
  sum(leads_won) as won
from entity_campaigns
group by channel
