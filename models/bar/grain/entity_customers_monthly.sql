---
key: [customer_id, month]
inputs: { entity_customers_daily: [customer_id, month] }
description: >
  A customer's months, of their closed days: sums of what happened, and what it was at the end of the last one.
  Distinct counts are no sums: they are left out.
columns: { closed_through: the last day that is closed }
---
with closed as (
  select
    *,
    row_number() over (partition by customer_id, month order by date desc) as place
  from entity_customers_daily
  where is_closed
),
sums as (
  select
    customer_id,
    month,
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
  from closed
  group by customer_id, month
)
select
  ended.date as closed_through,
  ended.* exclude (
    date,
    period_start_utc,
    period_end_utc,
    is_closed,
    closed_at,
    place,
    week_start,
    active_users,
    features_used,
    new_mrr,
    reactivation_mrr,
    expansion_mrr,
    contraction_mrr,
    churned_mrr,
    is_new_logo,
    is_churned_logo,
    is_reactivated_logo,
    revenue_collected,
    refunds,
    invoiced_amount,
    failed_payments,
    usage_events,
    sessions,
    feature_errors,
    pours,
    pour_volume_ml,
    waste_ml,
    device_up_minutes,
    device_expected_minutes,
    device_alerts,
    pour_revenue,
    support_opened,
    support_solved,
    nps_responses,
    nps_promoters,
    nps_detractors
  ),
  sums.* exclude (customer_id, month)
from closed as ended
join sums on sums.customer_id = ended.customer_id and sums.month = ended.month
where ended.place = 1
