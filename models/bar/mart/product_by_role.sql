---
kind: view
description: Active users by role.
---
select
  role,
  count(*) as users,
  score(quotient(sum(activity_score), count(activity_score))) as activity,
  rate(quotient(sum(feature_adoption_rate), count(feature_adoption_rate))) as adoption,
  sum(is_active_30d) as mau
from entity_users
where user_status = 'active'
group by role
