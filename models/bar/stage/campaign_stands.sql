---
kind: snapshot
key: [campaign_id, date]
by: campaign_id
inputs: { entity_campaigns: campaign_id }
description: What a campaign was at the end of each of its days; of the newest day, what it is.
---
select
  as_of as date,
  * exclude (as_of)
from entity_campaigns
