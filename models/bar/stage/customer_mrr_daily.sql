---
key: [customer_id, date]
by: customer_id
inputs: { tenants: account_id, customer_movements: customer_id }
time: date
description: A customer's closing MRR of each day of its life, with how it came about.
---
with moved_first as (
  select customer_id, min(date) as moved_on
  from customer_movements
  group by customer_id
),
days as (
  select
    account_id as customer_id,
    -- The first business day that any zone is in then: the days of its taps must find one of their customer.
    cast(unnest(generate_series(
      greatest(least(params.first_date, utc_date(clock.started_at - interval 17 hours)), least(created_on, moved_on)),
      least(clock.as_of, deleted_on),
      interval 1 day
    )) as date) as date
  from tenants
  left join moved_first on moved_first.customer_id = tenants.account_id
  cross join clock
  cross join params
),
asked as (
  select
    *,
    date - 30 as date_30d_ago,
    date - 365 as date_365d_ago
  from days
)
select
  asked.customer_id,
  asked.date,
  money(coalesce(closing.mrr, 0)) as mrr,
  money(coalesce(closing_30d.mrr, 0)) as mrr_30d_ago,
  money(coalesce(closing_365d.mrr, 0)) as mrr_365d_ago,
  money(coalesce(moved.new_mrr, 0)) as new_mrr,
  money(coalesce(moved.reactivation_mrr, 0)) as reactivation_mrr,
  money(coalesce(moved.expansion_mrr, 0)) as expansion_mrr,
  money(coalesce(moved.contraction_mrr, 0)) as contraction_mrr,
  money(coalesce(moved.churned_mrr, 0)) as churned_mrr
from asked
asof left join customer_movements as closing
  on closing.customer_id = asked.customer_id and asked.date >= closing.date
asof left join customer_movements as closing_30d
  on closing_30d.customer_id = asked.customer_id and asked.date_30d_ago >= closing_30d.date
asof left join customer_movements as closing_365d
  on closing_365d.customer_id = asked.customer_id and asked.date_365d_ago >= closing_365d.date
left join customer_movements as moved on moved.customer_id = asked.customer_id and moved.date = asked.date
