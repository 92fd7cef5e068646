---
key: shopper_id
inputs:
  customers: id
  entity_shoppers_flows_daily: shopper_id
time: date
history: [segment, country, is_lapsed, rfm_score]
carried: [orders_total, revenue_total]
tests:
  shopper_id: [unique, not_null]
  orders_total: ">= 0"
  revenue_total: ">= 0"
  refund_rate: [">= 0", "<= 1"]
  rfm_score: [">= 111", "<= 555"]
description: One row a shopper. Days after as_of are held back.
columns:
  orders_total: not cancelled
  revenue_total: of orders that were neither cancelled nor returned
  aov: revenue_total over the orders it comes from
  refund_rate: share of the orders that were returned
  rfm_score: "recency, frequency, monetary: a digit from 1 to 5 each; 365 days for the last two"
  is_lapsed: no order for more than lapsed_days
---
with placed as (
  select
    days.shopper_id,
    cast(sum(days.orders) as integer) as orders_total,
    cast(sum(days.orders_returned) as integer) as orders_returned,
    money(sum(days.revenue)) as revenue_total,
    max(days.last_order_at) as last_order_at,
    max(days.date) filter (where days.orders > 0) as last_order_on,
    cast(sum(days.orders) filter (where days.date > clock.as_of - 90) as integer) as orders_90d,
    cast(sum(days.orders) filter (where days.date > clock.as_of - 365) as integer) as orders_365d,
    money(sum(days.revenue) filter (where days.date > clock.as_of - 365)) as revenue_365d
  from entity_shoppers_flows_daily as days
  cross join clock
  where days.date <= clock.as_of
  group by days.shopper_id
)
select
  customers.id as shopper_id,
  customers.segment,
  customers.country,
  customers.created_at,
  coalesce(placed.orders_total, 0) as orders_total,
  money(coalesce(placed.revenue_total, 0)) as revenue_total,
  money(quotient(placed.revenue_total, placed.orders_total - placed.orders_returned)) as aov,
  coalesce(placed.orders_90d, 0) as orders_90d,
  rate(quotient(placed.orders_returned, placed.orders_total)) as refund_rate,
  100 * case
    when clock.as_of - placed.last_order_on <= params.rfm_recency_days_5 then 5
    when clock.as_of - placed.last_order_on <= params.rfm_recency_days_4 then 4
    when clock.as_of - placed.last_order_on <= params.rfm_recency_days_3 then 3
    when clock.as_of - placed.last_order_on <= params.rfm_recency_days_2 then 2
    else 1
  end + 10 * case
    when placed.orders_365d >= params.rfm_orders_5 then 5
    when placed.orders_365d >= params.rfm_orders_4 then 4
    when placed.orders_365d >= params.rfm_orders_3 then 3
    when placed.orders_365d >= params.rfm_orders_2 then 2
    else 1
  end + case
    when placed.revenue_365d >= params.rfm_revenue_5 then 5
    when placed.revenue_365d >= params.rfm_revenue_4 then 4
    when placed.revenue_365d >= params.rfm_revenue_3 then 3
    when placed.revenue_365d >= params.rfm_revenue_2 then 2
    else 1
  end as rfm_score,
  placed.last_order_at,
  coalesce(clock.as_of - placed.last_order_on > params.lapsed_days, false) as is_lapsed
from customers
cross join clock
cross join params
left join placed on placed.shopper_id = customers.id
