---
key: customer_id
inputs:
  tenants: account_id
  customer_movements: customer_id
  subscription_movements: customer_id
  subscriptions: account_id
  subscription_mrr: subscription_id = subscriptions.id
  plans: id = subscriptions.plan_id
  payment_facts: customer_id
  invoice_facts: customer_id
  locations: account_id
time: date
description: What a customer buys, pays and owes.
columns:
  customer_tier: "3 enterprise, 2, 1; after the churn by the MRR and plans of the last paying day"
---
with paying as (
  select
    subscriptions.*,
    subscription_mrr.mrr,
    plans.name as plan_name,
    plans.plan_rank
  from subscriptions
  join subscription_mrr on subscription_mrr.subscription_id = subscriptions.id
  left join plans on plans.id = subscriptions.plan_id
  where subscription_mrr.is_paying
),
contracts as (
  select
    account_id,
    arg_max(row(plan_id, plan_name, billing_interval, plan_rank), row(mrr, -place)) as prime,
    count(*) as active_subscriptions,
    sum(quantity) as licensed_quantity,
    bool_and(cancel_at_period_end) as all_cancel,
    min(utc_date(current_period_end)) as next_renewal_date,
    bool_or(status = 'past_due') as has_past_due
  from (select *, row_number() over (partition by account_id order by id) as place from paying) as paying
  group by account_id
),
trials as (
  select account_id, bool_or(status = 'trialing') as has_trial
  from subscriptions
  group by account_id
),
timeline as (
  select
    customer_id,
    arg_max(mrr, date) as mrr,
    arg_max(mrr, date) filter (where date <= clock.as_of - 30) as mrr_30d_ago,
    arg_max(mrr, date) filter (where date <= clock.as_of - 365) as mrr_365d_ago,
    min(date) filter (where mrr > 0) as customer_since,
    sum(expansion_mrr) filter (where date > clock.as_of - 30) as expansion_mrr_30d,
    sum(contraction_mrr) filter (where date > clock.as_of - 30) as contraction_mrr_30d,
    max(date) filter (where churned_mrr > 0) as churned_on,
    arg_max(churned_mrr, date) filter (where churned_mrr > 0) as mrr_lost
  from customer_movements
  cross join clock
  where date <= clock.as_of
  group by customer_id
),
lost as (
  select movements.customer_id, max(plans.plan_rank) as plan_rank
  from subscription_movements as movements
  join timeline on timeline.customer_id = movements.customer_id and timeline.churned_on = movements.date
  join subscriptions on subscriptions.id = movements.subscription_id
  join plans on plans.id = subscriptions.plan_id
  where movements.mrr_change_type = 'churn'
  group by movements.customer_id
),
paid as (
  select
    customer_id,
    sum(collected - refunded) as lifetime_revenue,
    sum(failed) filter (where date > clock.as_of - 30 and date <= clock.as_of) as failed_payments_30d
  from payment_facts
  cross join clock
  group by customer_id
),
owed as (
  select
    customer_id,
    sum(open_amount) as overdue_amount,
    clock.as_of - min(due_on) as days_past_due
  from invoice_facts
  cross join clock
  where due_on < clock.as_of
  group by customer_id, clock.as_of
),
venues as (
  select
    account_id,
    count(*) as locations_total,
    count(*) filter (where status = 'open') as locations_active
  from locations
  group by account_id
),
facts as (
  select
    tenants.account_id as customer_id,
    clock.as_of,
    coalesce(timeline.mrr, 0) as mrr,
    timeline.customer_since,
    struct_extract(contracts.prime, 1) as plan_id,
    struct_extract(contracts.prime, 2) as plan_name,
    struct_extract(contracts.prime, 3) as billing_interval,
    struct_extract(contracts.prime, 4) as plan_rank,
    lost.plan_rank as rank_lost,
    timeline.mrr_lost,
    timeline.mrr_30d_ago,
    timeline.mrr_365d_ago,
    timeline.expansion_mrr_30d,
    timeline.contraction_mrr_30d,
    contracts.* exclude (account_id, prime),
    trials.has_trial,
    paid.lifetime_revenue,
    paid.failed_payments_30d,
    owed.overdue_amount,
    owed.days_past_due,
    coalesce(venues.locations_total, 0) as locations_total,
    coalesce(venues.locations_active, 0) as locations_active
  from tenants
  cross join clock
  left join timeline on timeline.customer_id = tenants.account_id
  left join contracts on contracts.account_id = tenants.account_id
  left join trials on trials.account_id = tenants.account_id
  left join lost on lost.customer_id = tenants.account_id
  left join paid on paid.customer_id = tenants.account_id
  left join owed on owed.customer_id = tenants.account_id
  left join venues on venues.account_id = tenants.account_id
)
select
  customer_id,
  as_of,
  case
    when mrr > 0 and has_past_due then 'past_due'
    when mrr > 0 then 'active'
    when customer_since is not null then 'churned'
    when has_trial then 'trialing'
    else 'prospect'
  end as customer_status,
  customer_since,
  cast(as_of - customer_since as integer) as tenure_days,
  plan_id,
  plan_name,
  billing_interval,
  cast(plan_rank as integer) as plan_rank,
  money(mrr) as mrr,
  cast(coalesce(active_subscriptions, 0) as integer) as active_subscriptions,
  cast(coalesce(licensed_quantity, 0) as integer) as licensed_quantity,
  money(coalesce(mrr_30d_ago, 0)) as mrr_30d_ago,
  money(coalesce(mrr_365d_ago, 0)) as mrr_365d_ago,
  money(coalesce(expansion_mrr_30d, 0)) as expansion_mrr_30d,
  money(coalesce(contraction_mrr_30d, 0)) as contraction_mrr_30d,
  mrr > 0 and coalesce(all_cancel, false) as cancel_scheduled,
  next_renewal_date,
  money(coalesce(lifetime_revenue, 0)) as lifetime_revenue,
  money(coalesce(overdue_amount, 0)) as overdue_amount,
  cast(coalesce(days_past_due, 0) as integer) as days_past_due,
  cast(coalesce(failed_payments_30d, 0) as integer) as failed_payments_30d,
  cast(locations_total as integer) as locations_total,
  cast(locations_active as integer) as locations_active,
  case
    when coalesce(plan_rank, rank_lost, 0) = 3
      or case when mrr > 0 then mrr else coalesce(mrr_lost, 0) end >= params.tier_3_mrr
      or locations_active >= params.tier_3_locations then 3
    when coalesce(plan_rank, rank_lost, 0) = 2
      or case when mrr > 0 then mrr else coalesce(mrr_lost, 0) end >= params.tier_2_mrr
      or locations_active >= params.tier_2_locations then 2
    else 1
  end as customer_tier
from facts
cross join params
