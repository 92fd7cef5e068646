---
key: user_id
inputs:
  user_metrics: user_id
  customer_labels: customer_id = user_metrics.customer_id
history: [customer_id, location_id, role, user_status, activity_band, lifecycle_stage]
carried: [email_domain, email_hash, created_at, first_active_at, activity_score]
tests:
  user_id: [unique, not_null]
  role: { is: not_null, accepted: [owner, manager, bartender, analyst, admin] }
  user_status: { is: not_null, accepted: [invited, active, disabled] }
  active_days_30d: [">= 0", "<= 30"]
  feature_adoption_rate: [">= 0", "<= 1"]
  stickiness_30d: [">= 0", "<= 1"]
  activity_score: [">= 0", "<= 100"]
  activity_band: { accepted: [power, core, casual, dormant, never] }
  lifecycle_stage: { is: not_null, accepted: [disabled, invited, never_active, new, dormant, resurrected, core, casual] }
description: One row a user, without name or address.
columns:
  last_active: latest session, use of a feature or page event that is no error
  feature_adoption_rate: share of the features for the user's role that were used in 30 days
  activity_score: "40 for recency, 40 for active days, 20 for the breadth of 30 days"
  lifecycle_stage: "the first that fits: disabled, invited, never_active, new, dormant, resurrected, core, casual"
---
select
  u.user_id,
  u.customer_id,
  u.location_id,
  u.role,
  u.user_status,
  u.email_domain,
  -- A keyed hash needs a secret, which SQL must not hold: masking at the gate will fill it.
  cast(null as varchar) as email_hash,
  u.created_at,
  labels.customer_name,
  labels.customer_segment,
  labels.plan_name,
  labels.health_band as customer_health_band,
  labels.customer_tier,
  u.first_active_at,
  u.last_active,
  u.days_since_active,
  u.active_days_7d,
  u.active_days_30d,
  u.is_active_1d,
  u.is_active_7d,
  u.is_active_30d,
  u.sessions_30d,
  u.page_views_30d,
  u.feature_events_30d,
  u.session_minutes_30d,
  u.distinct_features_30d,
  u.features_available,
  u.feature_adoption_rate,
  u.top_feature_key,
  u.stickiness_30d,
  u.activity_score,
  u.activity_band,
  u.lifecycle_stage,
  u.nps_latest,
  u.support_tickets_90d,
  u.as_of
from user_metrics as u
left join customer_labels as labels on labels.customer_id = u.customer_id
