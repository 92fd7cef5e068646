---
key: [campaign_id, date]
inputs:
  entity_campaigns_flows_daily: [campaign_id, date]
  campaign_stands: [campaign_id, date]
  utc_periods: date = entity_campaigns_flows_daily.date
closed: is_closed
tests: { campaign_id: not_null, date: not_null }
description: "A campaign's days: what happened, and what it was at their end."
columns:
  is_closed: whether the day's rows are final; what comes later restates them (_revision)
  closed_at: when they were closed
---
select
  flows.*,
  stands.* exclude (campaign_id, date),
  periods.starts_at as period_start_utc,
  periods.ends_at as period_end_utc,
  periods.closed_at is not null as is_closed,
  periods.closed_at as closed_at
from entity_campaigns_flows_daily as flows
left join campaign_stands as stands on stands.campaign_id = flows.campaign_id and stands.date = flows.date
left join utc_periods as periods on periods.date = flows.date
