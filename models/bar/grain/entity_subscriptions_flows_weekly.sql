---
key: [subscription_id, week_start]
inputs: { entity_subscriptions_flows_daily: [subscription_id, week_start] }
description: A subscription's weeks, the sums of their days. Distinct counts are left out, being no sums.
columns: { mrr: closing MRR of its last day }
---
select
  subscription_id,
  week_start,
  arg_max(mrr, date) as mrr,
  money(sum(mrr_change)) as mrr_change,
  money(sum(new_mrr)) as new_mrr,
  money(sum(reactivation_mrr)) as reactivation_mrr,
  money(sum(expansion_revenue)) as expansion_revenue,
  money(sum(contraction_amount)) as contraction_amount,
  money(sum(churned_mrr)) as churned_mrr,
  money(sum(revenue_collected)) as revenue_collected,
  cast(sum(failed_payments) as integer) as failed_payments
from entity_subscriptions_flows_daily
group by subscription_id, week_start
