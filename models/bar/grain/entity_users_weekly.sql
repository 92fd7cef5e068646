---
key: [user_id, week_start]
inputs: { entity_users_daily: [user_id, week_start] }
description: >
  A user's weeks, of their closed days: sums of what happened, and what it was at the end of the last one.
  Distinct counts are no sums: they are left out.
columns: { closed_through: the last day that is closed }
---
with closed as (
  select
    *,
    row_number() over (partition by user_id, week_start order by date desc) as place
  from entity_users_daily
  where is_closed
),
sums as (
  select
    user_id,
    week_start,
    cast(sum(sessions) as bigint) as sessions,
    cast(sum(session_minutes) as bigint) as session_minutes,
    cast(sum(page_views) as bigint) as page_views,
    cast(sum(feature_events) as bigint) as feature_events,
    cast(sum(feature_errors) as bigint) as feature_errors,
    cast(sum(is_active) as integer) as is_active
  from closed
  group by user_id, week_start
)
select
  ended.date as closed_through,
  ended.* exclude (
    date,
    period_start_utc,
    period_end_utc,
    is_closed,
    closed_at,
    place,
    distinct_features,
    sessions,
    session_minutes,
    page_views,
    feature_events,
    feature_errors,
    is_active
  ),
  sums.* exclude (user_id, week_start)
from closed as ended
join sums on sums.user_id = ended.user_id and sums.week_start = ended.week_start
where ended.place = 1
