---
key: customer_id
inputs: { user_metrics: customer_id, customer_features: customer_id }
description: A customer's users, counted.
---
with people as (
  select
    customer_id,
    count(*) as users_total,
    count(*) filter (where user_status = 'active') as users_licensed,
    sum(is_active_7d) as active_users_7d,
    sum(is_active_30d) as active_users_30d,
    max(last_active) as last_active_at
  from user_metrics
  group by customer_id
),
adopted as (
  select customer_id, count(*) filter (where users_30d > 0) as features_adopted_30d
  from customer_features
  group by customer_id
)
select
  coalesce(people.customer_id, adopted.customer_id) as customer_id,
  cast(coalesce(users_total, 0) as integer) as users_total,
  cast(coalesce(users_licensed, 0) as integer) as users_licensed,
  cast(coalesce(active_users_7d, 0) as integer) as active_users_7d,
  cast(coalesce(active_users_30d, 0) as integer) as active_users_30d,
  cast(coalesce(features_adopted_30d, 0) as integer) as features_adopted_30d,
  last_active_at
from people
full join adopted on adopted.customer_id = people.customer_id
