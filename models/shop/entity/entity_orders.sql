---
key: order_id
inputs:
  orders: id
  order_lines: order_id
  order_steps: order_id
time: date
history: [status, total, is_late]
carried: [item_count]
tests:
  order_id: [unique, not_null]
  status: { is: not_null, accepted: [placed, paid, shipped, delivered, returned, cancelled] }
  shopper_id: not_null
  item_count: ">= 0"
  total: ">= 0"
description: One row an order, with how long its way took.
columns:
  item_count: pieces, over all lines
  hours_to_ship: from placed to the first time it was shipped
  hours_to_deliver: from placed to the first time it was delivered
  is_late: took longer than late_hours to deliver, or was on its way for longer when the day began
---
with lines as (
  select order_id, cast(sum(qty) as bigint) as item_count
  from order_lines
  group by order_id
)
select
  orders.id as order_id,
  orders.customer_id as shopper_id,
  orders.status,
  orders.currency,
  orders.placed_at,
  coalesce(lines.item_count, 0) as item_count,
  money(orders.total) as total,
  hours_between(orders.placed_at, order_steps.shipped_at) as hours_to_ship,
  hours_between(orders.placed_at, order_steps.delivered_at) as hours_to_deliver,
  case
    when orders.status = 'cancelled' then false
    else coalesce(order_steps.delivered_at, day_start(clock.as_of)) > orders.placed_at + to_hours(params.late_hours)
  end as is_late
from orders
cross join clock
cross join params
left join lines on lines.order_id = orders.id
left join order_steps on order_steps.order_id = orders.id
