---
key: feature_id
inputs:
  feature_rows: feature_id
  customer_features: feature_id
  bridge_customer_features_daily: feature_id
  experiment_results: feature_id
time: date
history: [feature_key, feature_name, category, feature_status, min_plan_rank, adoption_band, ab_status]
carried: [released_on, adoption_rate, usage_intensity, retention_impact]
tests:
  feature_id: [unique, not_null]
  feature_status: { is: not_null, accepted: [beta, ga, deprecated] }
  users_total: ">= 0"
  events_30d: ">= 0"
  user_days_30d: ">= 0"
  adoption_rate: [">= 0", "<= 1"]
  account_adoption_rate: [">= 0", "<= 1"]
  ab_status: { accepted: [draft, running, stopped] }
description: One row a feature. Use is action use or complete.
columns:
  user_days_30d: sum over the days of the people who used it
  usage_intensity: uses per user and day of use
  retention_impact: retained share of customers who adopted it, less that of the others
  ab_status: of the newest experiment, as all that follows
  ab_lift: adoption in treatment / in control − 1
  ab_z: two-proportion z with pooled variance; null below 30 users in a variant
---
with people as (
  select
    feature_id,
    sum(users_total) as users_total,
    count(*) as accounts_total,
    sum(users_7d) as users_7d,
    sum(users_30d) as users_30d,
    count(*) filter (where users_30d > 0) as accounts_30d,
    sum(eligible_users_30d) as adopting_users_30d,
    sum(new_users_30d) as new_users_30d,
    sum(repeat_users_30d) as repeat_users_30d
  from customer_features
  group by feature_id
),
days as (
  select
    feature_id,
    sum(events) filter (where date > clock.as_of - 30) as events_30d,
    sum(events) filter (where date <= clock.as_of - 30) as events_prev_30d,
    sum(users) filter (where date > clock.as_of - 30) as user_days_30d,
    sum(errors) filter (where date > clock.as_of - 30) as errors_30d,
    sum(completions) filter (where date > clock.as_of - 30) as completions_30d
  from bridge_customer_features_daily
  cross join clock
  where date <= clock.as_of and date > clock.as_of - 60
  group by feature_id
),
newest as (
  select
    *,
    row_number() over (partition by feature_id order by created_at desc, experiment_id desc) as place
  from experiment_results
),
-- Platform statistics will fill these.
statistics as (
  select
    feature_id,
    cast(null as integer) as eligible_users_30d,
    cast(null as integer) as active_customers,
    cast(null as integer) as paying_accounts_30d,
    cast(null as integer) as adopters_n,
    cast(null as integer) as adopters_retained,
    cast(null as integer) as non_adopters_n,
    cast(null as integer) as non_adopters_retained,
    cast(null as decimal(5, 2)) as avg_health_adopters,
    cast(null as decimal(5, 2)) as avg_health_non_adopters
  from feature_rows
),
facts as (
  select
    f.*,
    clock.as_of,
    people.* exclude (feature_id),
    days.* exclude (feature_id),
    newest.status as ab_status,
    newest.control_users,
    newest.treatment_users,
    newest.control_adopters,
    newest.treatment_adopters,
    statistics.* exclude (feature_id),
    rate(clamp(quotient(people.adopting_users_30d, statistics.eligible_users_30d), 0, 1)) as adoption_rate
  from feature_rows as f
  cross join clock
  join statistics on statistics.feature_id = f.feature_id
  left join people on people.feature_id = f.feature_id
  left join days on days.feature_id = f.feature_id
  left join newest on newest.feature_id = f.feature_id and newest.place = 1
)
select
  feature_id,
  feature_key,
  feature_name,
  category,
  feature_status,
  cast(facts.min_plan_rank as integer) as min_plan_rank,
  released_on,
  cast(as_of - released_on as integer) as days_since_release,
  cast(coalesce(users_total, 0) as integer) as users_total,
  cast(coalesce(accounts_total, 0) as integer) as accounts_total,
  cast(coalesce(users_7d, 0) as integer) as users_7d,
  cast(coalesce(users_30d, 0) as integer) as users_30d,
  cast(coalesce(accounts_30d, 0) as integer) as accounts_30d,
  cast(coalesce(new_users_30d, 0) as integer) as new_users_30d,
  cast(coalesce(repeat_users_30d, 0) as integer) as repeat_users_30d,
  cast(coalesce(events_30d, 0) as bigint) as events_30d,
  cast(coalesce(events_prev_30d, 0) as bigint) as events_prev_30d,
  cast(coalesce(user_days_30d, 0) as bigint) as user_days_30d,
  cast(coalesce(errors_30d, 0) as bigint) as errors_30d,
  cast(coalesce(completions_30d, 0) as bigint) as completions_30d,
  eligible_users_30d,
  active_customers,
  adoption_rate,
  rate(clamp(quotient(paying_accounts_30d, active_customers), 0, 1)) as account_adoption_rate,
  rate(quotient(events_30d, user_days_30d)) as usage_intensity,
  rate(quotient(user_days_30d, 30 * users_30d)) as stickiness,
  rate(quotient(coalesce(events_30d, 0) - events_prev_30d, events_prev_30d)) as usage_growth_30d,
  rate(quotient(repeat_users_30d, users_30d)) as repeat_rate,
  rate(quotient(errors_30d, events_30d + errors_30d)) as error_rate_30d,
  case
    when adopters_n >= params.min_cohort and non_adopters_n >= params.min_cohort
      then rate(quotient(adopters_retained, adopters_n) - quotient(non_adopters_retained, non_adopters_n))
  end as retention_impact,
  adopters_n,
  adopters_retained,
  non_adopters_n,
  non_adopters_retained,
  avg_health_adopters,
  avg_health_non_adopters,
  case
    when adopters_n >= params.min_cohort and non_adopters_n >= params.min_cohort
      then cast(avg_health_adopters - avg_health_non_adopters as decimal(6, 2))
  end as health_impact,
  case
    when adoption_rate >= 0.5 then 'core'
    when adoption_rate >= 0.2 then 'growing'
    when adoption_rate < 0.2 then 'niche'
  end as adoption_band,
  ab_status,
  control_users as ab_control_users,
  treatment_users as ab_treatment_users,
  control_adopters as ab_control_adopters,
  treatment_adopters as ab_treatment_adopters,
  rate(quotient(cast(treatment_adopters as bigint) * control_users, cast(treatment_users as bigint) * control_adopters) - 1) as ab_lift,
  case
    when control_users >= 30
      and treatment_users >= 30
      and control_adopters + treatment_adopters > 0
      and control_adopters + treatment_adopters < control_users + treatment_users
      then rate(cast(
        (treatment_adopters / treatment_users - control_adopters / control_users) / sqrt(
          ((control_adopters + treatment_adopters) / (control_users + treatment_users))
            * (1 - (control_adopters + treatment_adopters) / (control_users + treatment_users))
            * (1 / control_users + 1 / treatment_users)
        ) as decimal(18, 9)))
  end as ab_z,
  as_of
from facts
cross join params
