---
key: order_id
inputs: { orders_changes: id }
description: When each order first reached the steps of its way, by commit time, of snapshot rows by updated_at.
---
select
  id as order_id,
  min(case _op when 'r' then updated_at else _source_ts end) filter (where status = 'shipped') as shipped_at,
  min(case _op when 'r' then updated_at else _source_ts end) filter (where status = 'delivered') as delivered_at
from orders_changes
where _op <> 'd'
group by id
