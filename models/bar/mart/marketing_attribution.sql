---
kind: view
description: Five models compared, by channel.
---
select
  channel,
  sum(spend_total) as spend,
  sum(attributed_value_first) as first_touch,
  sum(attributed_value_last) as last_touch,
  sum(attributed_value_linear) as linear,
  sum(attributed_value_position) as position_based,
  sum(attributed_value_decay) as time_decay
from entity_campaigns
group by channel
