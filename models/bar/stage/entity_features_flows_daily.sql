---
key: [feature_id, date]
inputs:
  feature_dates: [feature_id, date]
  bridge_customer_features_daily: [feature_id, date]
  user_features: [feature_id, first_used_on]
tests:
  feature_id: not_null
  date: { is: not_null, unique_with: [feature_id] }
  events: ">= 0"
  users: ">= 0"
description: A feature's days, one row each also where nobody used it.
columns: { events: "action use or complete", new_users: "whose first use it is", week_start: Monday }
---
with used as (
  select
    feature_id,
    date,
    sum(events) as events,
    sum(errors) as errors,
    sum(completions) as completions,
    sum(users) as users,
    count(*) filter (where events > 0) as accounts
  from bridge_customer_features_daily
  group by feature_id, date
),
started as (
  select feature_id, first_used_on, count(*) as new_users
  from user_features
  group by feature_id, first_used_on
)
select
  days.feature_id,
  days.date,
  cast(coalesce(events, 0) as bigint) as events,
  cast(coalesce(errors, 0) as bigint) as errors,
  cast(coalesce(completions, 0) as bigint) as completions,
  cast(coalesce(users, 0) as integer) as users,
  cast(coalesce(accounts, 0) as integer) as accounts,
  cast(coalesce(new_users, 0) as integer) as new_users,
  cast(date_trunc('week', days.date) as date) as week_start
from feature_dates as days
left join used on used.feature_id = days.feature_id and used.date = days.date
left join started on started.feature_id = days.feature_id and started.first_used_on = days.date
