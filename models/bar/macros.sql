-- a / b, rounded half away from zero to 12 places in whole numbers: a float would depend on the machine's last bit.
-- What does not fit its type is null: one absurd value must not stop the others.
create macro quotient(a, b) as
  case
    when b <> 0 then
      cast(
        sign(a) * sign(b)
        * (
          (2000000000000 * cast(abs(try_cast(a as decimal(24, 6))) * 1000000 as hugeint)
            + cast(abs(try_cast(b as decimal(24, 6))) * 1000000 as hugeint))
          // (2 * cast(abs(try_cast(b as decimal(24, 6))) * 1000000 as hugeint))
        ) as decimal(38, 0)
      ) * 0.000000000001
  end;

-- greatest and least skip nulls; this keeps them.
create macro clamp(x, lo, hi) as case when x < lo then lo when x > hi then hi else x end;

create macro money(x) as try_cast(x as decimal(18, 2));

-- DuckDB caps products of two short decimals at 18 digits: this one has room.
create macro product(a, b) as cast(a as decimal(24, 6)) * b;

create macro rate(x) as cast(clamp(x, -999999.999999, 999999.999999) as decimal(12, 6));

create macro utc_date(t) as cast(timezone('UTC', t) as date);

create macro pct(x) as cast(clamp(x, -999.999, 999.999) as decimal(6, 3));

create macro score(x) as cast(x as decimal(5, 2));

-- One of the last so many days.
create macro is_within(d, as_of, days) as d <= as_of and d > as_of - days;

create macro day_start(d) as timezone('UTC', cast(d as timestamp));

-- The hour and the half hour that an instant lies in, UTC.
create macro hour_of(t) as make_timestamptz(epoch_us(t) // 3600000000 * 3600000000);

create macro half_hour_of(t) as make_timestamptz(epoch_us(t) // 1800000000 * 1800000000);

-- A business day goes from 05:00 to 05:00 on the wall, so that Friday night is Friday.
create macro business_date(t, tz) as cast(timezone(tz, t) - interval 5 hours as date);

create macro business_day_start(d, tz) as timezone(tz, cast(d as timestamp) + interval 5 hours);

create macro is_trading(wall) as hour(wall) >= 11 or hour(wall) < 2;

create macro half_hour_mask() as cast(1073741823 as bigint);

-- The first whole minute of the hour that is not before t: 0 to 60.
create macro minute_in(hour_utc, t) as
  case
    when t <= hour_utc then 0
    when t >= hour_utc + interval 1 hour then 60
    else (epoch_us(t) - epoch_us(hour_utc) + 59999999) // 60000000
  end;

-- The minutes of an hour from a to before b, as bits.
create macro minutes_between(hour_utc, a, b) as
  greatest(
    (cast(1 as bigint) << minute_in(hour_utc, b)) - (cast(1 as bigint) << minute_in(hour_utc, a)),
    0
  );

-- The texts of a JSON array; none of what is not one.
create macro texts_of(x) as coalesce(try_cast(try_cast(x as json) as varchar[]), []);

-- A value under its time: the greatest of such texts holds the newest value.
create macro stamped(t, seq, v) as
  lpad(cast(epoch_us(t) as varchar), 17, '0') || lpad(cast(coalesce(seq, 0) as varchar), 19, '0') || cast(v as varchar);

create macro unstamped(s) as substr(s, 37);

-- What a subscription is worth a month, in USD: quantity × price × (1 − discount) × fx, in whole numbers to the end.
-- A discount that ends counts as none.
create macro sub_mrr(
  status, is_metered, quantity, unit_amount, billing_interval, discount_percent, discount_ends_at, fx_rate
) as
  case
    when status not in ('active', 'past_due') or is_metered then cast(0 as decimal(18, 2))
    else cast(
      cast(
        (
          2 * cast(quantity as hugeint)
            * cast(unit_amount * 100 as hugeint)
            * cast(10000 - case when discount_ends_at is null then discount_percent else 0 end * 100 as hugeint)
            * cast(fx_rate * 1000000 as hugeint)
            * case billing_interval when 'week' then 13 else 1 end
          + 10000000000 * case billing_interval when 'month' then 1 when 'year' then 12 else 3 end
        ) // (20000000000 * case billing_interval when 'month' then 1 when 'year' then 12 else 3 end)
        as decimal(18, 0)
      ) * 0.01
      as decimal(18, 2)
    )
  end;
