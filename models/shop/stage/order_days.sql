---
key: order_id
inputs: { orders: id }
description: Orders with the day they count on.
---
select
  id as order_id,
  customer_id,
  status,
  total,
  placed_at,
  utc_date(placed_at) as date
from orders
