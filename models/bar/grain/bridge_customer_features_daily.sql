---
key: [customer_id, feature_id, date]
inputs:
  usage_days: [account_id, feature_id, date]
  tenants: account_id = usage_days.account_id
tests:
  customer_id: not_null
  feature_id: not_null
  date: { is: not_null, unique_with: [customer_id, feature_id] }
  events: ">= 0"
  users: ">= 0"
description: Which features a customer's people used on a day. Only days with an event.
columns: { events: "action use or complete", users: "people with at least one" }
---
select
  usage_days.account_id as customer_id,
  feature_id,
  date,
  cast(sum(uses) as bigint) as events,
  cast(count(*) filter (where uses > 0) as integer) as users,
  cast(sum(errors) as bigint) as errors,
  cast(sum(completions) as bigint) as completions
from usage_days
join tenants on tenants.account_id = usage_days.account_id
group by usage_days.account_id, feature_id, date
