---
kind: view
description: Active campaigns against their budget.
---
select
  campaign_name,
  campaign_status,
  budget,
  spend_total,
  budget_used_pct,
  days_active
from entity_campaigns
where campaign_status = 'active'
