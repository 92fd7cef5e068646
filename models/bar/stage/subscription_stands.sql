---
kind: snapshot
key: [subscription_id, date]
by: subscription_id
inputs: { entity_subscriptions: subscription_id }
description: What a subscription was at the end of each of its days; of the newest day, what it is.
---
select
  as_of as date,
  * exclude (
    as_of,
    mrr,
    mrr_change,
    mrr_change_type,
    mrr_change_on,
    expansion_revenue,
    contraction_amount,
    churned_mrr
  ),
  expansion_revenue as expansion_revenue_lifetime,
  contraction_amount as contraction_lifetime
from entity_subscriptions
