---
kind: view
description: Owners and managers of enterprises who have gone quiet.
---
select
  user_id,
  customer_name,
  role,
  last_active,
  days_since_active,
  activity_score,
  feature_adoption_rate
from entity_users
where customer_tier = 3
  and role in ('owner', 'manager')
  and user_status = 'active'
  and days_since_active >= 14
