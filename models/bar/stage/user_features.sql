---
key: [user_id, feature_id]
inputs:
  usage_days: [user_id, feature_id]
  feature_rows: feature_id = usage_days.feature_id
  users: id = usage_days.user_id
  tenants: account_id = usage_days.account_id
time: date
description: Which features a user has used, and when.
columns: { is_available: "ga, and made for the user's role", is_eligible: "made for the user's role" }
---
with used as (
  select
    usage_days.user_id,
    usage_days.feature_id,
    max(usage_days.account_id) as customer_id,
    min(date) as first_used_on,
    max(date) as last_used_on,
    sum(uses) filter (where date > clock.as_of - 30) as uses_30d,
    count(*) filter (where date > clock.as_of - 30) as days_30d,
    sum(uses) filter (where date > clock.as_of - 60 and date <= clock.as_of - 30) as uses_prev_30d
  from usage_days
  join tenants on tenants.account_id = usage_days.account_id
  cross join clock
  where uses > 0 and date <= clock.as_of
  group by usage_days.user_id, usage_days.feature_id
)
select
  used.user_id,
  used.feature_id,
  used.customer_id,
  feature_rows.feature_key,
  used.first_used_on,
  used.last_used_on,
  cast(coalesce(used.uses_30d, 0) as bigint) as uses_30d,
  cast(coalesce(used.uses_prev_30d, 0) as bigint) as uses_prev_30d,
  cast(used.days_30d as integer) as days_30d,
  used.last_used_on > clock.as_of - 7 as used_7d,
  used.last_used_on > clock.as_of - 30 as used_30d,
  used.first_used_on > clock.as_of - 30 as new_30d,
  coalesce(
    feature_rows.feature_status = 'ga'
      and list_contains(texts_of(feature_rows.audience_roles), users.role),
    false
  ) as is_available,
  coalesce(list_contains(texts_of(feature_rows.audience_roles), users.role), false) as is_eligible
from used
cross join clock
left join feature_rows on feature_rows.feature_id = used.feature_id
left join users on users.id = used.user_id
