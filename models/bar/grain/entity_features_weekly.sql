---
key: [feature_id, week_start]
inputs: { entity_features_daily: [feature_id, week_start] }
description: >
  A feature's weeks, of their closed days: sums of what happened, and what it was at the end of the last one.
  Distinct counts are no sums: they are left out.
columns: { closed_through: the last day that is closed }
---
with closed as (
  select
    *,
    row_number() over (partition by feature_id, week_start order by date desc) as place
  from entity_features_daily
  where is_closed
),
sums as (
  select
    feature_id,
    week_start,
    cast(sum(events) as bigint) as events,
    cast(sum(errors) as bigint) as errors,
    cast(sum(completions) as bigint) as completions,
    cast(sum(new_users) as integer) as new_users
  from closed
  group by feature_id, week_start
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
    users,
    accounts,
    events,
    errors,
    completions,
    new_users
  ),
  sums.* exclude (feature_id, week_start)
from closed as ended
join sums on sums.feature_id = ended.feature_id and sums.week_start = ended.week_start
where ended.place = 1
