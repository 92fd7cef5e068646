---
kind: view
description: Net and gross revenue retention of the trailing year, by day.
---
select
  date,
  rate(quotient(sum(case when mrr_365d_ago > 0 then mrr else 0 end), sum(mrr_365d_ago))) as nrr,
  rate(quotient(sum(least(mrr, mrr_365d_ago)), sum(mrr_365d_ago))) as grr
from entity_customers_flows_daily
group by date
