---
key: customer_id
inputs:
  tenants: account_id
  support_tickets: account_id
  nps_responses: account_id
time: tick
description: What a customer asks for and says.
---
with tickets as (
  select
    account_id,
    count(*) filter (where status in ('open', 'pending')) as support_open,
    count(*) filter (where status in ('open', 'pending') and priority = 'high') as support_open_high,
    count(*) filter (where status in ('open', 'pending') and priority = 'critical') as support_open_critical,
    count(*) filter (where is_within(utc_date(opened_at), clock.as_of, 30))
      as support_tickets_30d,
    count(*) filter (
      where sla_due_at < coalesce(solved_at, clock.tick)
        and is_within(utc_date(sla_due_at), clock.as_of, 30)
    ) as sla_breaches_30d,
    sum(csat) filter (where is_within(utc_date(solved_at), clock.as_of, 90)) as csat_sum,
    count(csat) filter (where is_within(utc_date(solved_at), clock.as_of, 90)) as csat_count
  from support_tickets
  cross join clock
  group by account_id
),
answers as (
  select
    account_id,
    arg_max(score, row(responded_at, id)) as nps_latest,
    sum(score) filter (where is_within(utc_date(responded_at), clock.as_of, 120)) as nps_sum,
    count(*) filter (where is_within(utc_date(responded_at), clock.as_of, 120)) as nps_count
  from nps_responses
  cross join clock
  group by account_id
)
select
  tenants.account_id as customer_id,
  cast(coalesce(support_open, 0) as integer) as support_open,
  cast(coalesce(support_open_high, 0) as integer) as support_open_high,
  cast(coalesce(support_open_critical, 0) as integer) as support_open_critical,
  cast(coalesce(support_tickets_30d, 0) as integer) as support_tickets_30d,
  cast(coalesce(sla_breaches_30d, 0) as integer) as sla_breaches_30d,
  pct(quotient(csat_sum, csat_count)) as csat_avg_90d,
  cast(nps_latest as integer) as nps_latest,
  pct(quotient(nps_sum, nps_count)) as nps_avg_120d
from tenants
left join tickets on tickets.account_id = tenants.account_id
left join answers on answers.account_id = tenants.account_id
