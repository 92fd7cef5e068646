---
key: [user_id, date]
inputs:
  user_dates: [user_id, date]
  user_days: [user_id, date]
tests:
  user_id: not_null
  date: { is: not_null, unique_with: [user_id] }
  sessions: ">= 0"
  feature_events: ">= 0"
  is_active: { accepted: [0, 1] }
description: A user's days, one row each also where nothing happened.
columns:
  feature_events: action use or complete
  is_active: "1: a session, a use or a page event that is no error"
  week_start: Monday
---
select
  user_dates.user_id,
  user_dates.date,
  coalesce(sessions, 0) as sessions,
  coalesce(session_minutes, 0) as session_minutes,
  coalesce(page_views, 0) as page_views,
  coalesce(feature_events, 0) as feature_events,
  coalesce(feature_errors, 0) as feature_errors,
  coalesce(distinct_features, 0) as distinct_features,
  coalesce(is_active, 0) as is_active,
  cast(date_trunc('week', user_dates.date) as date) as week_start
from user_dates
left join user_days on user_days.user_id = user_dates.user_id and user_days.date = user_dates.date
