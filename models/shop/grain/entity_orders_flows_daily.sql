---
key: [order_id, date]
by: order_id
inputs: { orders_changes: id }
tests:
  order_id: not_null
  date: { is: not_null, unique_with: [order_id] }
  changes: "> 0"
description: What happened to an order on a day (commit time, UTC).
columns: { total_change: "of the order's total, against the day before" }
---
with steps as (
  select
    id as order_id,
    utc_date(_source_ts) as date,
    _op,
    _offset,
    case when _op = 'd' then 0 else total end as total,
    status,
    lag(case when _op = 'd' then 0 else total end, 1, 0) over one_order as total_before,
    lag(status) over one_order as status_before
  from orders_changes
  window one_order as (partition by id order by _offset)
)
select
  order_id,
  date,
  cast(count(*) as integer) as changes,
  cast(count(*) filter (where _op <> 'd' and status is distinct from status_before) as integer) as status_changes,
  money(sum(total - total_before)) as total_change
from steps
group by order_id, date
