---
key: [shopper_id, date]
inputs: { order_days: [customer_id, date] }
tests:
  shopper_id: not_null
  date: { is: not_null, unique_with: [shopper_id] }
  orders: { is: ">= 0", expression: orders_returned <= orders }
  revenue: ">= 0"
description: A shopper's orders by the day they were placed.
columns: { revenue: "of orders that were neither cancelled nor returned" }
---
select
  customer_id as shopper_id,
  date,
  cast(count(*) filter (where status <> 'cancelled') as integer) as orders,
  cast(count(*) filter (where status = 'returned') as integer) as orders_returned,
  cast(count(*) filter (where status = 'cancelled') as integer) as orders_cancelled,
  money(coalesce(sum(total) filter (where status not in ('cancelled', 'returned')), 0)) as revenue,
  max(placed_at) filter (where status <> 'cancelled') as last_order_at
from order_days
group by customer_id, date
