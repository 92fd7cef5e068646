---
key: [subscription_id, month]
inputs: { entity_subscriptions_daily: [subscription_id, month] }
description: >
  A subscription's months, of their closed days: sums of what happened, and what it was at the end of the last one.
  Distinct counts are no sums: they are left out.
columns: { closed_through: the last day that is closed }
---
with closed as (
  select
    *,
    row_number() over (partition by subscription_id, month order by date desc) as place
  from entity_subscriptions_daily
  where is_closed
),
sums as (
  select
    subscription_id,
    month,
    money(sum(mrr_change)) as mrr_change,
    money(sum(new_mrr)) as new_mrr,
    money(sum(reactivation_mrr)) as reactivation_mrr,
    money(sum(expansion_revenue)) as expansion_revenue,
    money(sum(contraction_amount)) as contraction_amount,
    money(sum(churned_mrr)) as churned_mrr,
    money(sum(revenue_collected)) as revenue_collected,
    cast(sum(failed_payments) as integer) as failed_payments
  from closed
  group by subscription_id, month
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
    week_start,
    mrr_prev,
    mrr_change,
    new_mrr,
    reactivation_mrr,
    expansion_revenue,
    contraction_amount,
    churned_mrr,
    revenue_collected,
    failed_payments
  ),
  sums.* exclude (subscription_id, month)
from closed as ended
join sums on sums.subscription_id = ended.subscription_id and sums.month = ended.month
where ended.place = 1
