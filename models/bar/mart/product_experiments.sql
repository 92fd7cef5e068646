---
kind: view
description: The newest experiment of each feature.
---
select
  feature_key,
  ab_status,
  ab_control_users,
  ab_treatment_users,
  rate(quotient(ab_control_adopters, ab_control_users)) as control_rate,
  rate(quotient(ab_treatment_adopters, ab_treatment_users)) as treatment_rate,
  ab_lift,
  ab_z,
  abs(ab_z) >= 1.96 as significant_95
from entity_features
where ab_status is not null
