---
key: [feature_id, date]
by: feature_id
inputs: { feature_rows: feature_id }
time: date
description: The days of a feature, from its first.
---
select
  feature_id,
  cast(unnest(generate_series(
    greatest(least(params.first_date, utc_date(clock.started_at)), created_on),
    clock.as_of,
    interval 1 day
  )) as date) as date
from feature_rows
cross join clock
cross join params
