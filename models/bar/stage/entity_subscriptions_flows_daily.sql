---
key: [subscription_id, date]
by: subscription_id
inputs:
  subscription_lives: subscription_id
  tenants: account_id = subscription_lives.account_id
  subscription_movements: subscription_id
  payment_facts: subscription_id
time: date
tests:
  subscription_id: not_null
  date: { is: not_null, unique_with: [subscription_id] }
  mrr: { is: ">= 0", expression: mrr = mrr_prev + mrr_change }
  new_mrr: ">= 0"
  expansion_revenue: ">= 0"
  contraction_amount: ">= 0"
  churned_mrr: ">= 0"
description: A subscription's days. Movements are restated when a correction comes.
columns:
  week_start: Monday
  mrr: closing MRR
  mrr_change: against the day before
  revenue_collected: charges that succeeded, USD
---
with lives as (
  select
    subscription_id,
    arg_max(account_id, last_offset) as customer_id,
    utc_date(min(created_at)) as created_on,
    case when max(deleted_offset) = max(last_offset) then utc_date(max(deleted_at)) end as deleted_on
  from subscription_lives
  group by subscription_id
),
moved_first as (
  select subscription_id, min(date) as moved_on
  from subscription_movements
  group by subscription_id
),
days as (
  select
    lives.subscription_id,
    cast(unnest(generate_series(
      greatest(least(params.first_date, utc_date(clock.started_at)), least(lives.created_on, moved_on)),
      least(clock.as_of, lives.deleted_on),
      interval 1 day
    )) as date) as date
  from lives
  join tenants on tenants.account_id = lives.customer_id
  left join moved_first on moved_first.subscription_id = lives.subscription_id
  cross join clock
  cross join params
),
paid as (
  select
    subscription_id,
    date,
    sum(collected) as collected,
    sum(failed) as failed
  from payment_facts
  group by subscription_id, date
)
select
  days.subscription_id,
  days.date,
  money(coalesce(closing.mrr, 0)) as mrr,
  money(case when moved.date is null then coalesce(closing.mrr, 0) else moved.mrr_prev end) as mrr_prev,
  money(coalesce(moved.mrr_change, 0)) as mrr_change,
  money(case when moved.mrr_change_type = 'new' then moved.mrr else 0 end) as new_mrr,
  money(case when moved.mrr_change_type = 'reactivation' then moved.mrr else 0 end) as reactivation_mrr,
  money(case when moved.mrr_change_type = 'expansion' then moved.mrr_change else 0 end) as expansion_revenue,
  money(case when moved.mrr_change_type = 'contraction' then -moved.mrr_change else 0 end) as contraction_amount,
  money(case when moved.mrr_change_type = 'churn' then moved.mrr_prev else 0 end) as churned_mrr,
  money(coalesce(paid.collected, 0)) as revenue_collected,
  cast(coalesce(paid.failed, 0) as integer) as failed_payments,
  cast(date_trunc('week', days.date) as date) as week_start,
  cast(date_trunc('month', days.date) as date) as month
from days
asof left join subscription_movements as closing
  on closing.subscription_id = days.subscription_id and days.date >= closing.date
left join subscription_movements as moved
  on moved.subscription_id = days.subscription_id and moved.date = days.date
left join paid on paid.subscription_id = days.subscription_id and paid.date = days.date
