---
key: product_id
inputs:
  products: id
  entity_products_flows_daily: product_id
time: date
history: [sku, name, category, price, cost, active]
carried: [stock_qty, units_30d]
tests:
  product_id: [unique, not_null]
  price: ">= 0"
  cost: ">= 0"
  units_30d: ">= 0"
  return_rate_90d: [">= 0", "<= 1"]
description: One row a product.
columns:
  return_rate_90d: share of the units of 90 days that were returned
  stock_cover_days: for how long the stock lasts at the pace of 30 days
---
with sales as (
  select
    days.product_id,
    sum(days.units) filter (where days.date > clock.as_of - 30) as units_30d,
    sum(days.revenue) filter (where days.date > clock.as_of - 30) as revenue_30d,
    sum(days.margin) filter (where days.date > clock.as_of - 30) as margin_30d,
    sum(days.units) as units_90d,
    sum(days.units_returned) as units_returned_90d
  from entity_products_flows_daily as days
  cross join clock
  where days.date <= clock.as_of and days.date > clock.as_of - 90
  group by days.product_id
)
select
  products.id as product_id,
  products.sku,
  products.name,
  products.category,
  money(products.price) as price,
  money(products.cost) as cost,
  products.stock_qty,
  products.active,
  cast(coalesce(sales.units_30d, 0) as bigint) as units_30d,
  money(coalesce(sales.revenue_30d, 0)) as revenue_30d,
  money(coalesce(sales.margin_30d, 0)) as margin_30d,
  rate(quotient(sales.units_returned_90d, sales.units_90d)) as return_rate_90d,
  -- The reviews, a table of another kind of database, will fill these two.
  cast(null as decimal(12, 6)) as rating_avg,
  cast(null as integer) as review_count,
  rate(quotient(30 * cast(products.stock_qty as bigint), sales.units_30d)) as stock_cover_days
from products
cross join clock
left join sales on sales.product_id = products.id
