---
key: subscription_id
inputs:
  subscriptions: id
  tenants: account_id = subscriptions.account_id
  plans: id = subscriptions.plan_id
  customer_labels: customer_id = subscriptions.account_id
  subscription_movements: subscription_id
  payment_facts: subscription_id
time: date
history:
  [customer_id, plan_id, subscription_status, billing_interval, currency, cancel_reason, quantity, unit_amount,
   discount_percent, cancel_at_period_end, mrr, mrr_change_type, is_trial, trial_converted]
carried:
  [started_at, trial_ends_at, current_period_end, canceled_at, arr, initial_mrr, mrr_change, mrr_change_on,
   expansion_revenue, contraction_amount, churned_mrr, revenue_collected_total]
tests:
  subscription_id: [unique, not_null]
  subscription_status: { is: not_null, accepted: [trialing, active, past_due, paused, unpaid, canceled] }
  billing_interval: { accepted: [week, month, quarter, year] }
  quantity: "> 0"
  discount_percent: [">= 0", "<= 100"]
  mrr: ">= 0"
  expansion_revenue: ">= 0"
  contraction_amount: ">= 0"
  churned_mrr: ">= 0"
description: One row a subscription. Money is USD a month at the contract's own exchange rate.
columns:
  mrr: closing MRR at as_of
  mrr_change: of the latest day on which it moved, signed
  expansion_revenue: sum of all expansion, as contraction_amount of all contraction
  churned_mrr: what it was worth before it churned, while it is worth nothing
  lifetime_days: days with MRR
---
with moves as (
  select
    movements.*,
    lead(date) over (partition by subscription_id order by date) as next_date
  from subscription_movements as movements
  cross join clock
  where date <= clock.as_of
),
timeline as (
  select
    subscription_id,
    arg_max(mrr, date) as mrr,
    arg_min(mrr, date) as initial_mrr,
    arg_max(mrr_change, date) as mrr_change,
    arg_max(mrr_change_type, date) as mrr_change_type,
    max(date) as mrr_change_on,
    coalesce(arg_max(mrr, date) filter (where date <= clock.as_of - 30), 0) as mrr_30d_ago,
    sum(mrr_change) filter (where mrr_change_type = 'expansion') as expansion,
    -sum(mrr_change) filter (where mrr_change_type = 'contraction') as contraction,
    sum(mrr_change) filter (where mrr_change_type = 'expansion' and date > clock.as_of - 30) as expansion_30d,
    -sum(mrr_change) filter (where mrr_change_type = 'contraction' and date > clock.as_of - 30) as contraction_30d,
    arg_max(mrr_prev, date) filter (where mrr_change_type = 'churn') as churned,
    sum(coalesce(next_date, clock.as_of + 1) - date) filter (where mrr > 0) as paid_days
  from moves
  cross join clock
  group by subscription_id
),
paid as (
  select
    subscription_id,
    sum(collected - refunded) as collected,
    sum(failed) filter (where date > clock.as_of - 30 and date <= clock.as_of) as failed_30d
  from payment_facts
  cross join clock
  group by subscription_id
)
select
  s.id as subscription_id,
  s.account_id as customer_id,
  s.plan_id,
  s.status as subscription_status,
  s.billing_interval,
  s.currency,
  s.cancel_reason,
  plans.name as plan_name,
  labels.customer_name,
  labels.customer_segment,
  cast(plans.plan_rank as integer) as plan_rank,
  labels.customer_tier,
  s.quantity,
  money(s.unit_amount) as unit_amount,
  money(s.discount_percent) as discount_percent,
  s.started_at,
  s.trial_ends_at,
  s.current_period_end,
  s.canceled_at,
  s.cancel_at_period_end,
  money(coalesce(timeline.mrr, 0)) as mrr,
  money(12 * coalesce(timeline.mrr, 0)) as arr,
  money(timeline.initial_mrr) as initial_mrr,
  timeline.mrr_change,
  timeline.mrr_change_type,
  timeline.mrr_change_on,
  money(coalesce(timeline.mrr - timeline.mrr_30d_ago, 0)) as mrr_change_30d,
  money(coalesce(timeline.expansion, 0)) as expansion_revenue,
  money(coalesce(timeline.contraction, 0)) as contraction_amount,
  money(coalesce(timeline.expansion_30d, 0)) as expansion_revenue_30d,
  money(coalesce(timeline.contraction_30d, 0)) as contraction_amount_30d,
  money(case when timeline.mrr = 0 then coalesce(timeline.churned, 0) else 0 end) as churned_mrr,
  money(coalesce(paid.collected, 0)) as revenue_collected_total,
  cast(coalesce(paid.failed_30d, 0) as integer) as failed_payments_30d,
  cast(case when timeline.mrr > 0 then utc_date(s.current_period_end) - clock.as_of end as integer) as days_to_renewal,
  s.status = 'trialing' as is_trial,
  case
    when s.trial_ends_at is null then null
    when timeline.initial_mrr > 0 then true
    when utc_date(s.trial_ends_at) < clock.as_of then false
  end as trial_converted,
  cast(coalesce(timeline.paid_days, 0) as integer) as lifetime_days,
  clock.as_of
from subscriptions as s
cross join clock
join tenants on tenants.account_id = s.account_id
left join plans on plans.id = s.plan_id
left join customer_labels as labels on labels.customer_id = s.account_id
left join timeline on timeline.subscription_id = s.id
left join paid on paid.subscription_id = s.id
