---
key: [experiment_id, user_id]
inputs:
  assignments: [experiment_id, user_id]
  usage_times: "[user_id, feature_id] = assignments.[user_id, feature_id]"
  tenants: account_id = assignments.account_id
description: Who used the feature within 14 days of being assigned to a variant.
---
-- Exact by the first and the last use of each day: they decide the two days at the ends.
select
  assignments.experiment_id,
  assignments.user_id,
  max(assignments.feature_id) as feature_id,
  max(assignments.variant) as variant,
  max(case
    when usage_times.last_at >= assignments.assigned_at
      and usage_times.first_at <= assignments.assigned_at + interval 14 days
      then 1
    else 0
  end) as is_adopter
from assignments
join tenants on tenants.account_id = assignments.account_id
left join usage_times
  on usage_times.user_id = assignments.user_id
  and usage_times.feature_id = assignments.feature_id
group by assignments.experiment_id, assignments.user_id
