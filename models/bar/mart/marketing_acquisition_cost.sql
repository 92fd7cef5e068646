---
kind: view
description: What a customer costs, brings and pays back, by channel.
---
select
  channel,
  money(quotient(sum(spend_total), sum(attributed_customers_position))) as cac,
  rate(quotient(sum(acquired_ltv), sum(spend_total))) as ltv_to_cac,
  rate(quotient(sum(spend_total), max(params.gross_margin) * sum(attributed_mrr))) as payback_months
from entity_campaigns
cross join params
group by channel
