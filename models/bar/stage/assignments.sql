---
key: [experiment_id, user_id]
inputs: { experiment_assignments: [experiment_id, user_id] }
description: Who is in which variant of an experiment, with the feature under its text id.
---
select
  experiment_id,
  user_id,
  account_id,
  cast(feature_id as varchar) as feature_id,
  variant,
  assigned_at
from experiment_assignments
