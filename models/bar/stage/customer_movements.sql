---
key: [customer_id, date]
by: customer_id
inputs: { subscription_movements: customer_id }
description: >
  The days on which a customer's subscriptions moved. Movements are netted per subscription and day; one of two
  subscriptions cancelled is contraction, not churn.
---
with sums as (
  select
    customer_id,
    date,
    sum(mrr_change) as change,
    sum(greatest(mrr_change, 0)) as up,
    sum(greatest(-mrr_change, 0)) as down
  from subscription_movements
  group by customer_id, date
),
closings as (
  select
    *,
    coalesce(sum(change) over (
      partition by customer_id order by date rows between unbounded preceding and 1 preceding
    ), 0) as prev,
    sum(change) over (partition by customer_id order by date rows unbounded preceding) as closing
  from sums
),
steps as (
  select
    *,
    coalesce(max(closing) over (
      partition by customer_id order by date rows between unbounded preceding and 1 preceding
    ), 0) > 0 as paid_before
  from closings
)
select
  customer_id,
  date,
  money(prev) as mrr_prev,
  money(closing) as mrr,
  money(case when prev = 0 and closing > 0 and not paid_before then closing else 0 end) as new_mrr,
  money(case when prev = 0 and closing > 0 and paid_before then closing else 0 end) as reactivation_mrr,
  money(case when prev > 0 and closing > 0 then up else 0 end) as expansion_mrr,
  money(case when prev > 0 and closing > 0 then down else 0 end) as contraction_mrr,
  money(case when prev > 0 and closing = 0 then prev else 0 end) as churned_mrr
from steps
