---
key: [subscription_id, effective_at]
by: subscription_id
inputs:
  subscriptions_changes: id
  tenants: account_id = subscriptions_changes.account_id
description: >
  What a subscription was worth a month, since when: as known now. A backdated correction moves what it corrects;
  history does not.
columns:
  flags: "missing_effective: worth something else without a date of its own; clamped_backdate: more than 35 days back"
---
with images as (
  select
    id as subscription_id,
    account_id as customer_id,
    _op,
    _offset,
    _source_ts as committed_at,
    change_kind,
    effective_at as declared_at,
    case
      when _op = 'd' then cast(0 as decimal(18, 2))
      else sub_mrr(
        status, is_metered, quantity, unit_amount, billing_interval, discount_percent, discount_ends_at, fx_rate
      )
    end as mrr
  from subscriptions_changes
),
sequenced as (
  select
    *,
    lag(_op) over one_subscription as op_before,
    lag(mrr) over one_subscription as mrr_before,
    lag(declared_at) over one_subscription as declared_before
  from images
  window one_subscription as (partition by subscription_id order by _offset)
),
-- A snapshot row of a subscription that is known and as it was says nothing new.
accepted as (
  select
    *,
    _op <> 'd' and change_kind = 'correction' as is_correction,
    _op in ('c', 'u')
      and op_before <> 'd'
      and change_kind = 'change'
      and mrr <> mrr_before
      and declared_at = declared_before as is_undated
  from sequenced
  where not (
    _op = 'r'
    and op_before is not null
    and op_before <> 'd'
    and mrr = mrr_before
    and declared_at = declared_before
  )
),
dated as (
  select
    *,
    case
      when _op = 'd' or is_undated then committed_at
      when _op = 'r' and op_before is null then declared_at
      when utc_date(declared_at) < utc_date(committed_at) - 35 then day_start(utc_date(committed_at) - 35)
      else least(declared_at, committed_at)
    end as effective_at
  from accepted
),
-- A version stays while no later change takes effect at its time or before, and the next one does not correct it.
judged as (
  select
    *,
    min(effective_at) over (
      partition by subscription_id order by _offset rows between 1 following and unbounded following
    ) as overridden_from,
    lead(is_correction, 1, false) over (partition by subscription_id order by _offset) as is_corrected
  from dated
),
latest as (
  select subscription_id, arg_max(customer_id, _offset) as customer_id
  from images
  group by subscription_id
)
select
  judged.subscription_id,
  judged.effective_at,
  latest.customer_id,
  judged.mrr,
  case
    when is_undated then 'missing_effective'
    when effective_at > declared_at and _op <> 'd' then 'clamped_backdate'
  end as flags
from judged
join latest on latest.subscription_id = judged.subscription_id
join tenants on tenants.account_id = latest.customer_id
where (overridden_from is null or overridden_from > effective_at)
  and not is_corrected
