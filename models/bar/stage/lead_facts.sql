---
key: lead_id
inputs:
  leads: id
  conversions: lead_id
  tenants: account_id = leads.account_id
description: Leads by the campaign that brought them, on the day they came.
columns: { is_qualified: "1: mql, sql or converted", is_won: "1: with a closed deal" }
---
with won as (
  select lead_id
  from conversions
  where kind = 'closed_won'
  group by lead_id
)
select
  leads.id as lead_id,
  leads.campaign_id,
  utc_date(leads.created_at) as date,
  case when leads.status in ('mql', 'sql', 'converted') then 1 else 0 end as is_qualified,
  case when won.lead_id is not null then 1 else 0 end as is_won
from leads
left join won on won.lead_id = leads.id
left join tenants on tenants.account_id = leads.account_id
where leads.account_id is null or tenants.account_id is not null
