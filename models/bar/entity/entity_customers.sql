---
key: customer_id
inputs:
  accounts: id
  customer_commerce: customer_id
  customer_windows: customer_id
  customer_activity: customer_id
  customer_fleet: customer_id
  customer_care: customer_id
  customer_acquisition: customer_id
  feature_rows: all
history:
  [customer_name, customer_segment, industry, country, region, csm_owner, account_status, customer_status, plan_id,
   plan_name, billing_interval, plan_rank, mrr, cancel_scheduled, health_band, churn_risk_band, customer_tier]
carried:
  [created_at, is_paying, customer_since, arr, active_subscriptions, licensed_quantity, next_renewal_date,
   lifetime_revenue, lifetime_value, locations_total, locations_active, health_score, churn_risk_score,
   acquisition_campaign_id, acquisition_channel, acquired_on]
tests:
  customer_id: { is: [unique, not_null], relationship: accounts.id }
  account_status: { is: not_null, accepted: [trial, active, suspended, closed] }
  customer_status: { is: not_null, accepted: [active, past_due, churned, trialing, prospect] }
  customer_segment: { accepted: [independent, group, chain, enterprise] }
  customer_tier: { is: not_null, accepted: [1, 2, 3] }
  plan_rank: { accepted: [1, 2, 3] }
  mrr: { is: ">= 0", expression: "is_paying = (mrr > 0)" }
  arr: ">= 0"
  overdue_amount: ">= 0"
  days_past_due: ">= 0"
  failed_payments_30d: ">= 0"
  fleet_uptime_pct_30d: [">= 0", "<= 100"]
  usage_score: [">= 0", "<= 100"]
  device_score: [">= 0", "<= 100"]
  support_score: [">= 0", "<= 100"]
  billing_score: [">= 0", "<= 100"]
  sentiment_score: [">= 0", "<= 100"]
  adoption_score: [">= 0", "<= 100"]
  health_score: [">= 0", "<= 100"]
  health_band: { accepted: [healthy, watch, at_risk] }
  churn_risk_score: [">= 0", "<= 100"]
  churn_risk_band: { accepted: [high, medium, low] }
  expansion_potential_mrr: ">= 0"
  expansion_score: [">= 0", "<= 100"]
description: One row a customer, an account that is no test. Money is USD.
columns:
  customer_status: by what is paid, where account_status is what the account says
  plan_id: of the subscription that is worth most
  mrr: closing MRR at as_of, without trials, tax, metered plans; finite discounts do not lower it
  licensed_quantity: of the subscriptions that are paid
  lifetime_value: gross margin on what was collected and on what is expected, 60 months at most
  overdue_amount: of open invoices past their due date
  features_adopted_30d: features that anybody used
  fleet_uptime_pct_30d: 100 × minutes with evidence / minutes expected, all taps
  health_score: weighted mean of the six scores that there are
  churn_risk_score: points from 0 to 100; above 60 is high
  churn_probability: of the promoted model
  customer_tier: "3 enterprise, 2, 1"
  expansion_potential_mrr: locations without a licence, and a higher plan for who uses much of this one
  acquisition_channel: direct where no touch led to the deal
---
with released as (
  select count(*) filter (where feature_status = 'ga') as features
  from feature_rows
),
facts as (
  select
    accounts.id,
    accounts.name,
    accounts.segment,
    accounts.industry,
    accounts.country,
    accounts.region,
    accounts.csm_owner,
    accounts.status,
    accounts.created_at,
    commerce.* exclude (customer_id),
    coalesce(windows.usage_events_30d, 0) as usage_events_30d,
    coalesce(windows.usage_events_prev_30d, 0) as usage_events_prev_30d,
    coalesce(windows.pours_30d, 0) as pours_30d,
    coalesce(windows.pour_volume_ml_30d, 0) as pour_volume_ml_30d,
    money(coalesce(windows.pour_revenue_30d, 0)) as pour_revenue_30d,
    windows.fleet_uptime_pct_30d,
    coalesce(activity.users_total, 0) as users_total,
    coalesce(activity.users_licensed, 0) as users_licensed,
    coalesce(activity.active_users_7d, 0) as active_users_7d,
    coalesce(activity.active_users_30d, 0) as active_users_30d,
    coalesce(activity.features_adopted_30d, 0) as features_adopted_30d,
    rate(quotient(coalesce(activity.features_adopted_30d, 0), released.features)) as feature_adoption_rate,
    activity.last_active_at,
    coalesce(fleet.devices_total, 0) as devices_total,
    coalesce(fleet.devices_active, 0) as devices_active,
    coalesce(fleet.devices_offline, 0) as devices_offline,
    care.* exclude (customer_id),
    acquisition.* exclude (customer_id)
  from accounts
  join customer_commerce as commerce on commerce.customer_id = accounts.id
  cross join released
  left join customer_windows as windows on windows.customer_id = accounts.id
  left join customer_activity as activity on activity.customer_id = accounts.id
  left join customer_fleet as fleet on fleet.customer_id = accounts.id
  left join customer_care as care on care.customer_id = accounts.id
  left join customer_acquisition as acquisition on acquisition.customer_id = accounts.id
),
scored as (
  select
    *,
    case
      when users_licensed > 0 then score(
        70 * least(1, quotient(active_users_30d, 0.6 * users_licensed))
          + 30 * case
            when coalesce(tenure_days, 0) < 60 or usage_events_prev_30d < 20 then 1
            else least(1, quotient(usage_events_30d, usage_events_prev_30d))
          end
      )
    end as usage_score,
    score(clamp((fleet_uptime_pct_30d - 90) * 10, 0, 100)) as device_score,
    score(clamp(
      100
        - 20 * support_open_critical
        - 10 * support_open_high
        - 4 * (support_open - support_open_high - support_open_critical)
        - 10 * sla_breaches_30d,
      0, 100)) as support_score,
    case
      when customer_since is not null then score(clamp(
        100
          - case when customer_status = 'past_due' then 40 else 0 end
          - 20 * least(3, failed_payments_30d)
          - least(40, days_past_due),
        0, 100))
    end as billing_score,
    score(10 * nps_avg_120d) as sentiment_score,
    score(clamp(200 * feature_adoption_rate, 0, 100)) as adoption_score
  from facts
),
weighed as (
  select
    scored.*,
    case when usage_score is null then 0 else params.health_weight_usage end
      + case when device_score is null then 0 else params.health_weight_device end
      + case when support_score is null then 0 else params.health_weight_support end
      + case when billing_score is null then 0 else params.health_weight_billing end
      + case when sentiment_score is null then 0 else params.health_weight_sentiment end
      + case when adoption_score is null then 0 else params.health_weight_adoption end as weight,
    coalesce(usage_score, 0) * params.health_weight_usage
      + coalesce(device_score, 0) * params.health_weight_device
      + coalesce(support_score, 0) * params.health_weight_support
      + coalesce(billing_score, 0) * params.health_weight_billing
      + coalesce(sentiment_score, 0) * params.health_weight_sentiment
      + coalesce(adoption_score, 0) * params.health_weight_adoption as weighted
  from scored
  cross join params
),
healthy as (
  select
    *,
    case
      when customer_status not in ('prospect', 'churned') and weight >= 0.5 then score(quotient(weighted, weight))
    end as health_score
  from weighed
),
risky as (
  select
    *,
    0.6 * (100 - coalesce(health_score, 50))
      + case when usage_events_prev_30d >= 20 and 2 * usage_events_30d < usage_events_prev_30d then 12 else 0 end
      + case when customer_status = 'past_due' then 10 else 0 end
      + case when contraction_mrr_30d > 0 then 8 else 0 end
      + case when last_active_at is null or as_of - utc_date(last_active_at) > 14 then 8 else 0 end
      + case when tenure_days < 90 then 6 else 0 end
      + case when nps_latest <= 6 then 10 else 0 end as points,
    -- Platform statistics will replace the tier's default.
    case customer_tier
      when 3 then params.tier_churn_3
      when 2 then params.tier_churn_2
      else params.tier_churn_1
    end as tier_churn,
    case
      when mrr = 0 then 0
      else greatest(0, locations_active - licensed_quantity) * quotient(mrr, licensed_quantity)
        + case when plan_rank < 3 and feature_adoption_rate >= 0.5 then 0.30 * mrr else 0 end
    end as expansion_potential
  from healthy
  cross join params
),
judged as (
  select
    *,
    case
      when customer_status in ('active', 'past_due')
        then score(clamp(case when cancel_scheduled then greatest(points, 85) else points end, 0, 100))
    end as churn_risk_score,
    case
      when mrr = 0 then 0
      when tier_churn * ltv_cap_months <= 1 then ltv_cap_months
      else quotient(1, tier_churn)
    end as months_expected
  from risky
)
select
  id as customer_id,
  name as customer_name,
  segment as customer_segment,
  industry,
  country,
  region,
  csm_owner,
  status as account_status,
  created_at,
  customer_status,
  mrr > 0 as is_paying,
  customer_since,
  tenure_days,
  plan_id,
  plan_name,
  billing_interval,
  plan_rank,
  mrr,
  money(12 * mrr) as arr,
  active_subscriptions,
  licensed_quantity,
  mrr_30d_ago,
  mrr_365d_ago,
  money(mrr - mrr_30d_ago) as net_mrr_change_30d,
  expansion_mrr_30d,
  contraction_mrr_30d,
  cancel_scheduled,
  next_renewal_date,
  lifetime_revenue,
  money(gross_margin * (lifetime_revenue + mrr * months_expected)) as lifetime_value,
  overdue_amount,
  days_past_due,
  failed_payments_30d,
  locations_total,
  locations_active,
  devices_total,
  devices_active,
  devices_offline,
  users_total,
  users_licensed,
  active_users_7d,
  active_users_30d,
  usage_events_30d,
  usage_events_prev_30d,
  features_adopted_30d,
  feature_adoption_rate,
  last_active_at,
  pours_30d,
  pour_volume_ml_30d,
  pour_revenue_30d,
  fleet_uptime_pct_30d,
  support_open,
  support_open_high,
  support_open_critical,
  support_tickets_30d,
  sla_breaches_30d,
  csat_avg_90d,
  nps_latest,
  nps_avg_120d,
  usage_score,
  device_score,
  support_score,
  billing_score,
  sentiment_score,
  adoption_score,
  health_score,
  case
    when health_score >= 75 then 'healthy'
    when health_score >= 50 then 'watch'
    when health_score < 50 then 'at_risk'
  end as health_band,
  churn_risk_score,
  case
    when churn_risk_score > 60 then 'high'
    when churn_risk_score >= 30 then 'medium'
    when churn_risk_score < 30 then 'low'
  end as churn_risk_band,
  -- A promoted model will fill these two.
  cast(null as decimal(12, 6)) as churn_probability,
  cast(null as varchar) as churn_model_version,
  customer_tier,
  money(expansion_potential) as expansion_potential_mrr,
  case
    when customer_status = 'active' and health_score >= 60
      then score(least(100, 0.5 * health_score + 50 * least(1, quotient(money(expansion_potential), mrr))))
    else score(0)
  end as expansion_score,
  acquisition_campaign_id,
  acquisition_channel,
  acquired_on,
  as_of
from judged
