---
key: [subscription_id, date]
by: subscription_id
inputs: { subscription_versions: subscription_id }
description: The days on which a subscription's closing MRR differs from that of the day before.
---
with closings as (
  select
    subscription_id,
    max(customer_id) as customer_id,
    utc_date(effective_at) as date,
    arg_max(mrr, effective_at) as mrr
  from subscription_versions
  group by subscription_id, utc_date(effective_at)
),
steps as (
  select
    *,
    lag(mrr, 1, 0) over one_subscription as mrr_prev,
    coalesce(max(mrr) over (
      partition by subscription_id order by date rows between unbounded preceding and 1 preceding
    ), 0) > 0 as paid_before
  from closings
  window one_subscription as (partition by subscription_id order by date)
)
select
  subscription_id,
  date,
  customer_id,
  money(mrr_prev) as mrr_prev,
  mrr,
  money(mrr - mrr_prev) as mrr_change,
  case
    when mrr_prev = 0 and not paid_before then 'new'
    when mrr_prev = 0 then 'reactivation'
    when mrr = 0 then 'churn'
    when mrr > mrr_prev then 'expansion'
    else 'contraction'
  end as mrr_change_type
from steps
where mrr <> mrr_prev
