---
key: [order_id, line_no]
inputs:
  order_items: [order_id, line_no]
  orders: id = order_items.order_id
description: Order lines with what their order says, and the day they count on.
columns: { amount: "qty × unit_price − discount", date: "day of the order, UTC" }
---
select
  order_items.order_id,
  order_items.line_no,
  order_items.product_id,
  utc_date(orders.placed_at) as date,
  orders.status,
  order_items.qty,
  money(product(order_items.unit_price, order_items.qty) - order_items.discount) as amount
from order_items
join orders on orders.id = order_items.order_id
