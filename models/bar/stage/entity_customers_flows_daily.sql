---
key: [customer_id, date]
inputs:
  customer_mrr_daily: [customer_id, date]
  payment_facts: [customer_id, date]
  invoice_facts: [customer_id, date]
  customer_people_days: [customer_id, date]
  bridge_customer_features_daily: [customer_id, date]
  device_day_parts: [customer_id, date]
  support_events: [customer_id, date]
  nps_facts: [customer_id, date]
tests:
  customer_id: not_null
  date: { is: not_null, unique_with: [customer_id] }
  mrr: ">= 0"
  new_mrr: ">= 0"
  reactivation_mrr: ">= 0"
  expansion_mrr: ">= 0"
  contraction_mrr: ">= 0"
  churned_mrr: ">= 0"
  failed_payments: ">= 0"
  sessions: ">= 0"
description: >
  A customer's days. mrr is that of the day before, plus new, reactivation and expansion, less contraction and churn.
columns:
  mrr: closing MRR
  revenue_collected: charges that succeeded, USD
  invoiced_amount: without tax, drafts and void ones, USD
  usage_events: feature events use and complete
  pours: of its taps, by their business date, as all that follows up to pour_revenue
  week_start: Monday
---
with paid as (
  select
    customer_id,
    date,
    sum(collected) as collected,
    sum(refunded) as refunded,
    sum(failed) as failed
  from payment_facts
  group by customer_id, date
),
invoiced as (
  select customer_id, date, sum(invoiced) as invoiced
  from invoice_facts
  group by customer_id, date
),
used as (
  select customer_id, date, count(*) filter (where events > 0) as features_used
  from bridge_customer_features_daily
  group by customer_id, date
),
taps as (
  select
    customer_id,
    date,
    sum(pours) as pours,
    sum(volume_ml) as volume_ml,
    sum(waste_ml) as waste_ml,
    sum(up_minutes) as up_minutes,
    sum(expected_minutes) as expected_minutes,
    sum(alerts) as alerts,
    sum(revenue) as revenue
  from device_day_parts
  group by customer_id, date
),
asked as (
  select
    customer_id,
    date,
    count(*) filter (where event = 'opened') as opened,
    count(*) filter (where event = 'solved') as solved
  from support_events
  group by customer_id, date
),
answered as (
  select
    customer_id,
    date,
    count(*) as responses,
    count(*) filter (where score >= 9) as promoters,
    count(*) filter (where score <= 6) as detractors
  from nps_facts
  group by customer_id, date
)
select
  days.customer_id,
  days.date,
  days.mrr,
  days.mrr_30d_ago,
  days.mrr_365d_ago,
  days.new_mrr,
  days.reactivation_mrr,
  days.expansion_mrr,
  days.contraction_mrr,
  days.churned_mrr,
  case when days.new_mrr > 0 then 1 else 0 end as is_new_logo,
  case when days.churned_mrr > 0 then 1 else 0 end as is_churned_logo,
  case when days.reactivation_mrr > 0 then 1 else 0 end as is_reactivated_logo,
  money(coalesce(paid.collected, 0)) as revenue_collected,
  money(coalesce(paid.refunded, 0)) as refunds,
  money(coalesce(invoiced.invoiced, 0)) as invoiced_amount,
  cast(coalesce(paid.failed, 0) as integer) as failed_payments,
  cast(coalesce(people.usage_events, 0) as bigint) as usage_events,
  cast(coalesce(people.sessions, 0) as bigint) as sessions,
  cast(coalesce(people.feature_errors, 0) as bigint) as feature_errors,
  cast(coalesce(people.active_users, 0) as integer) as active_users,
  cast(coalesce(used.features_used, 0) as integer) as features_used,
  cast(coalesce(taps.pours, 0) as bigint) as pours,
  cast(coalesce(taps.volume_ml, 0) as bigint) as pour_volume_ml,
  cast(coalesce(taps.waste_ml, 0) as bigint) as waste_ml,
  cast(coalesce(taps.up_minutes, 0) as bigint) as device_up_minutes,
  cast(coalesce(taps.expected_minutes, 0) as bigint) as device_expected_minutes,
  cast(coalesce(taps.alerts, 0) as bigint) as device_alerts,
  money(coalesce(taps.revenue, 0)) as pour_revenue,
  cast(coalesce(asked.opened, 0) as integer) as support_opened,
  cast(coalesce(asked.solved, 0) as integer) as support_solved,
  cast(coalesce(answered.responses, 0) as integer) as nps_responses,
  cast(coalesce(answered.promoters, 0) as integer) as nps_promoters,
  cast(coalesce(answered.detractors, 0) as integer) as nps_detractors,
  cast(date_trunc('week', days.date) as date) as week_start,
  cast(date_trunc('month', days.date) as date) as month
from customer_mrr_daily as days
left join paid on paid.customer_id = days.customer_id and paid.date = days.date
left join invoiced on invoiced.customer_id = days.customer_id and invoiced.date = days.date
left join customer_people_days as people
  on people.customer_id = days.customer_id and people.date = days.date
left join used on used.customer_id = days.customer_id and used.date = days.date
left join taps on taps.customer_id = days.customer_id and taps.date = days.date
left join asked on asked.customer_id = days.customer_id and asked.date = days.date
left join answered on answered.customer_id = days.customer_id and answered.date = days.date
