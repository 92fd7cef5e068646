---
kind: view
description: Features by what their use does to health.
---
select
  feature_key,
  category,
  adoption_rate,
  adopters_n,
  avg_health_adopters,
  avg_health_non_adopters,
  health_impact,
  retention_impact
from entity_features
where feature_status = 'ga'
