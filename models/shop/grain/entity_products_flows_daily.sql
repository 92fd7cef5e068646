---
key: [product_id, date]
inputs:
  order_lines: [product_id, date]
  products: id = order_lines.product_id
tests:
  product_id: not_null
  date: { is: not_null, unique_with: [product_id] }
  units: { is: ">= 0", expression: units_returned <= units }
description: A product's sales by the day of the order.
columns:
  units: of orders that were not cancelled, returned ones too
  revenue: of orders that were neither cancelled nor returned
  margin: revenue less the product's cost as it is now
---
select
  order_lines.product_id,
  order_lines.date,
  cast(coalesce(sum(qty) filter (where status <> 'cancelled'), 0) as bigint) as units,
  cast(coalesce(sum(qty) filter (where status = 'returned'), 0) as bigint) as units_returned,
  money(coalesce(sum(amount) filter (where status not in ('cancelled', 'returned')), 0)) as revenue,
  money(coalesce(
    sum(amount - product(products.cost, qty)) filter (where status not in ('cancelled', 'returned')), 0
  )) as margin
from order_lines
join products on products.id = order_lines.product_id
group by order_lines.product_id, order_lines.date
