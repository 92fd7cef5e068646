---
key: id
inputs: { nps_responses: id }
description: NPS answers on the day they were given.
---
select
  id,
  account_id as customer_id,
  utc_date(responded_at) as date,
  score
from nps_responses
