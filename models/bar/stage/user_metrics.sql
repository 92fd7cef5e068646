---
key: user_id
inputs:
  users: id
  tenants: account_id = users.account_id
  user_days: user_id
  user_features: user_id
  usage_latest: user_id
  session_latest: user_id
  page_latest: user_id
  nps_responses: user_id
  support_tickets: user_id
  feature_rows: all
time: date
description: All that is known of a user without the names of what the user belongs to.
---
with days as (
  select
    user_id,
    sum(is_active) filter (where date > clock.as_of - 7) as active_days_7d,
    sum(is_active) as active_days_30d,
    max(is_active) filter (where date = clock.as_of) as is_active_1d,
    sum(sessions) as sessions_30d,
    sum(session_minutes) as session_minutes_30d,
    sum(page_views) as page_views_30d,
    sum(feature_events) as feature_events_30d
  from user_days
  cross join clock
  where date <= clock.as_of and date > clock.as_of - 30
  group by user_id
),
-- The first active day of the last 14, and whether the 30 days before it were quiet.
returns as (
  select user_id, min(date) as returned_on
  from user_days
  cross join clock
  where is_active = 1 and date <= clock.as_of and date > clock.as_of - 14
  group by user_id
),
returned as (
  select
    returns.user_id,
    count(user_days.date) = 0 as is_resurrected
  from returns
  left join user_days
    on user_days.user_id = returns.user_id
    and user_days.is_active = 1
    and user_days.date < returns.returned_on
    and user_days.date >= returns.returned_on - 30
  group by returns.user_id
),
adopted as (
  select
    user_id,
    count(*) as distinct_features_30d,
    count(*) filter (where is_available) as available_features_30d,
    max(uses_30d) as top_uses
  from user_features
  where used_30d
  group by user_id
),
favourites as (
  select user_features.user_id, min(feature_key) as top_feature_key
  from user_features
  join adopted on adopted.user_id = user_features.user_id and adopted.top_uses = user_features.uses_30d
  where used_30d
  group by user_features.user_id
),
offered as (
  select role, count(*) as features_available
  from (
    select unnest(texts_of(audience_roles)) as role
    from feature_rows
    where feature_status = 'ga'
  ) as roles
  group by role
),
answers as (
  select user_id, arg_max(score, row(responded_at, id)) as nps_latest
  from nps_responses
  group by user_id
),
tickets as (
  select user_id, count(*) as support_tickets_90d
  from support_tickets
  cross join clock
  where utc_date(opened_at) <= clock.as_of and utc_date(opened_at) > clock.as_of - 90
  group by user_id
),
facts as (
  select
    users.*,
    clock.as_of,
    least(usage_latest.first_at, session_latest.first_at, page_latest.first_at) as first_active_at,
    greatest(usage_latest.last_at, session_latest.last_at, page_latest.last_at) as last_active,
    days.* exclude (user_id),
    coalesce(returned.is_resurrected, false) as is_resurrected,
    coalesce(adopted.distinct_features_30d, 0) as distinct_features_30d,
    coalesce(adopted.available_features_30d, 0) as available_features_30d,
    favourites.top_feature_key,
    coalesce(offered.features_available, 0) as features_available,
    answers.nps_latest,
    coalesce(tickets.support_tickets_90d, 0) as support_tickets_90d
  from users
  join tenants on tenants.account_id = users.account_id
  cross join clock
  left join usage_latest on usage_latest.user_id = users.id
  left join session_latest on session_latest.user_id = users.id
  left join page_latest on page_latest.user_id = users.id
  left join days on days.user_id = users.id
  left join returned on returned.user_id = users.id
  left join adopted on adopted.user_id = users.id
  left join favourites on favourites.user_id = users.id
  left join offered on offered.role = users.role
  left join answers on answers.user_id = users.id
  left join tickets on tickets.user_id = users.id
),
aged as (
  select
    *,
    as_of - utc_date(last_active) as days_since_active
  from facts
),
scored as (
  select
    *,
    case
      when last_active is null or status <> 'active' then score(0)
      else score(
        quotient(40 * greatest(0, 30 - greatest(0, days_since_active)), 30)
          + 2 * least(20, coalesce(active_days_30d, 0))
          + 2.5 * least(8, distinct_features_30d)
      )
    end as activity_score
  from aged
)
select
  id as user_id,
  as_of,
  account_id as customer_id,
  location_id,
  role,
  status as user_status,
  lower(split_part(email, '@', -1)) as email_domain,
  created_at,
  first_active_at,
  last_active,
  cast(days_since_active as integer) as days_since_active,
  cast(coalesce(active_days_7d, 0) as integer) as active_days_7d,
  cast(coalesce(active_days_30d, 0) as integer) as active_days_30d,
  coalesce(is_active_1d, 0) as is_active_1d,
  case when active_days_7d > 0 then 1 else 0 end as is_active_7d,
  case when active_days_30d > 0 then 1 else 0 end as is_active_30d,
  cast(coalesce(sessions_30d, 0) as bigint) as sessions_30d,
  cast(coalesce(page_views_30d, 0) as bigint) as page_views_30d,
  cast(coalesce(feature_events_30d, 0) as bigint) as feature_events_30d,
  cast(coalesce(session_minutes_30d, 0) as bigint) as session_minutes_30d,
  cast(distinct_features_30d as integer) as distinct_features_30d,
  cast(features_available as integer) as features_available,
  rate(quotient(available_features_30d, features_available)) as feature_adoption_rate,
  top_feature_key,
  rate(quotient(coalesce(active_days_30d, 0), 30)) as stickiness_30d,
  activity_score,
  case
    when last_active is null then null
    when activity_score >= 75 then 'power'
    when activity_score >= 50 then 'core'
    when activity_score >= 20 then 'casual'
    else 'dormant'
  end as activity_band,
  case
    when status in ('disabled', 'invited') then status
    when last_active is null then 'never_active'
    when as_of - utc_date(first_active_at) < 14 then 'new'
    when days_since_active >= 30 then 'dormant'
    when is_resurrected then 'resurrected'
    when active_days_30d >= 12 then 'core'
    else 'casual'
  end as lifecycle_stage,
  cast(nps_latest as integer) as nps_latest,
  cast(support_tickets_90d as integer) as support_tickets_90d
from scored
