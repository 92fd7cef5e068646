---
kind: snapshot
key: [user_id, date]
by: user_id
inputs: { entity_users: user_id }
description: What a user was at the end of each of its days; of the newest day, what it is.
---
select
  as_of as date,
  * exclude (as_of, email_domain, email_hash)
from entity_users
