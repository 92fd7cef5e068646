---
key: [customer_id, week_start]
inputs: { entity_customers_flows_daily: [customer_id, week_start] }
description: A customer's weeks, the sums of their days. Distinct counts are left out, being no sums.
columns: { mrr: closing MRR of its last day }
---
select
  customer_id,
  week_start,
  arg_max(mrr, date) as mrr,
  arg_max(mrr_30d_ago, date) as mrr_30d_ago,
  arg_max(mrr_365d_ago, date) as mrr_365d_ago,
  money(sum(new_mrr)) as new_mrr,
  money(sum(reactivation_mrr)) as reactivation_mrr,
  money(sum(expansion_mrr)) as expansion_mrr,
  money(sum(contraction_mrr)) as contraction_mrr,
  money(sum(churned_mrr)) as churned_mrr,
  cast(sum(is_new_logo) as integer) as is_new_logo,
  cast(sum(is_churned_logo) as integer) as is_churned_logo,
  cast(sum(is_reactivated_logo) as integer) as is_reactivated_logo,
  money(sum(revenue_collected)) as revenue_collected,
  money(sum(refunds)) as refunds,
  money(sum(invoiced_amount)) as invoiced_amount,
  cast(sum(failed_payments) as integer) as failed_payments,
  cast(sum(usage_events) as bigint) as usage_events,
  cast(sum(sessions) as bigint) as sessions,
  cast(sum(feature_errors) as bigint) as feature_errors,
  cast(sum(pours) as bigint) as pours,
  cast(sum(pour_volume_ml) as bigint) as pour_volume_ml,
  cast(sum(waste_ml) as bigint) as waste_ml,
  cast(sum(device_up_minutes) as bigint) as device_up_minutes,
  cast(sum(device_expected_minutes) as bigint) as device_expected_minutes,
  cast(sum(device_alerts) as bigint) as device_alerts,
  money(sum(pour_revenue)) as pour_revenue,
  cast(sum(support_opened) as integer) as support_opened,
  cast(sum(support_solved) as integer) as support_solved,
  cast(sum(nps_responses) as integer) as nps_responses,
  cast(sum(nps_promoters) as integer) as nps_promoters,
  cast(sum(nps_detractors) as integer) as nps_detractors
from entity_customers_flows_daily
group by customer_id, week_start
