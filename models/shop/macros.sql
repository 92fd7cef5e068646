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

-- Hours between two instants, to the second.
create macro hours_between(a, b) as rate(quotient(epoch_us(b) // 1000000 - epoch_us(a) // 1000000, 3600));

create macro day_start(d) as timezone('UTC', cast(d as timestamp));
