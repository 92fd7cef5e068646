---
kind: fold
key: [campaign_id]
description: The first and the last of each campaign.
---
select
  id as campaign_id,
  min(created_at) as created_at,
  max(_offset) as last_offset,
  max(_offset) filter (where _op = 'd') as deleted_offset,
  max(_source_ts) filter (where _op = 'd') as deleted_at
from campaigns_changes
group by id
