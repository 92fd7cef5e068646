---
key: experiment_id
inputs: { experiments: id, assignment_adoptions: experiment_id }
description: Experiments with their variants counted.
---
select
  experiments.id as experiment_id,
  cast(experiments.feature_id as varchar) as feature_id,
  experiments.status,
  experiments.created_at,
  cast(count(*) filter (where variant = 'control') as integer) as control_users,
  cast(count(*) filter (where variant = 'treatment') as integer) as treatment_users,
  cast(count(*) filter (where variant = 'control' and is_adopter = 1) as integer) as control_adopters,
  cast(count(*) filter (where variant = 'treatment' and is_adopter = 1) as integer) as treatment_adopters
from experiments
left join assignment_adoptions on assignment_adoptions.experiment_id = experiments.id
group by experiments.id, experiments.feature_id, experiments.status, experiments.created_at
