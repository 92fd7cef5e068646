---
key: [user_id, date]
inputs:
  usage_days: [user_id, date]
  session_days: [user_id, date]
  page_days: [user_id, date]
description: What a user did on a day; no row where nothing.
columns: { is_active: "a session, a use or a page event that is no error" }
---
with used as (
  select
    user_id,
    date,
    max(account_id) as customer_id,
    sum(uses) as uses,
    sum(errors) as errors,
    count(distinct feature_id) filter (where uses > 0) as distinct_features
  from usage_days
  group by user_id, date
),
visits as (
  select
    user_id,
    date,
    max(account_id) as customer_id,
    sum(sessions) as sessions,
    sum(minutes) as minutes
  from session_days
  group by user_id, date
),
pages as (
  select
    user_id,
    date,
    max(account_id) as customer_id,
    sum(page_views) as page_views,
    sum(actions) as actions
  from page_days
  group by user_id, date
),
days as (
  select user_id, date from used
  union
  select user_id, date from visits
  union
  select user_id, date from pages
)
select
  days.user_id,
  days.date,
  coalesce(used.customer_id, visits.customer_id, pages.customer_id) as customer_id,
  cast(coalesce(visits.sessions, 0) as bigint) as sessions,
  cast(coalesce(visits.minutes, 0) as bigint) as session_minutes,
  cast(coalesce(pages.page_views, 0) as bigint) as page_views,
  cast(coalesce(used.uses, 0) as bigint) as feature_events,
  cast(coalesce(used.errors, 0) as bigint) as feature_errors,
  cast(coalesce(used.distinct_features, 0) as integer) as distinct_features,
  case when visits.sessions > 0 or used.uses > 0 or pages.actions > 0 then 1 else 0 end as is_active
from days
left join used on used.user_id = days.user_id and used.date = days.date
left join visits on visits.user_id = days.user_id and visits.date = days.date
left join pages on pages.user_id = days.user_id and pages.date = days.date
