using System.Buffers.Text;
using Tapline.Ingest.Postgres.Envelope;

namespace Tapline.Ingest.Postgres.Types;

/// <summary>interval as Debezium's string mode spells it: <c>P1Y2M3DT4H5M6.789S</c>, all parts always there, each with
/// its own sign.</summary>
sealed class IntervalTextEncoder() : ValueEncoder(new ConnectType("string") { Name = "io.debezium.time.Interval" })
{
    public override void Write(ReadOnlySpan<byte> text, JsonBuffer output)
    {
        if (!IntervalText.TryRead(text, out var interval))
        {
            // ISO 8601 knows no infinite ones.
            output.AppendString(text);
            return;
        }
        output.Append("\"P"u8);
        output.Append(interval.Years);
        output.Append((byte)'Y');
        output.Append(interval.Months);
        output.Append((byte)'M');
        output.Append(interval.Days);
        output.Append("DT"u8);
        AppendClock(interval.Clock, output);
        output.Append((byte)'"');
    }

    public override void WriteZero(JsonBuffer output) => Write("00:00:00"u8, output);

    static void AppendClock(ReadOnlySpan<byte> clock, JsonBuffer output)
    {
        var negative = clock.Length > 0 && clock[0] == (byte)'-';
        if (negative || (clock.Length > 0 && clock[0] == (byte)'+'))
            clock = clock[1..];
        AppendPart(IntervalText.Until(ref clock, (byte)':'), negative, (byte)'H', output);
        AppendPart(IntervalText.Until(ref clock, (byte)':'), negative, (byte)'M', output);
        AppendPart(clock, negative, (byte)'S', output);
    }

    static void AppendPart(ReadOnlySpan<byte> digits, bool negative, byte unit, JsonBuffer output)
    {
        while (digits.Length > 1 && digits[0] == (byte)'0' && digits[1] != (byte)'.')
            digits = digits[1..];
        if (digits.Length == 0)
            digits = "0"u8;
        if (negative && digits.IndexOfAnyExcept((byte)'0', (byte)'.') >= 0)
            output.Append((byte)'-');
        output.Append(digits);
        output.Append(unit);
    }
}

/// <summary>interval in microseconds, a month taken as 30.4375 days. What is longer than 64 bits hold, or infinite, is
/// the longest that they do.</summary>
sealed class IntervalMicrosEncoder() :
    NumberEncoder(new ConnectType("int64") { Name = "io.debezium.time.MicroDuration" })
{
    const long MonthMicros = 2_629_800_000_000;

    public override void Write(ReadOnlySpan<byte> text, JsonBuffer output)
    {
        if (!IntervalText.TryRead(text, out var interval))
        {
            output.AppendNumber(text.Length > 0 && text[0] == (byte)'-' ? long.MinValue : long.MaxValue);
            return;
        }
        Int128 months = Number(interval.Years) * 12 + Number(interval.Months);
        var micros = months * MonthMicros + (Int128)Number(interval.Days) * CivilTime.DayMicros + Clock(interval.Clock);
        output.AppendNumber((long)Int128.Clamp(micros, long.MinValue, long.MaxValue));
    }

    static long Number(ReadOnlySpan<byte> text) =>
        Utf8Parser.TryParse(text, out long number, out var used) && used == text.Length
            ? number
            : throw new MalformedValueException("interval", "numbers and their units", text.Length);

    static long Clock(ReadOnlySpan<byte> clock)
    {
        if (clock.IsEmpty)
            return 0;
        return clock[0] switch
        {
            (byte)'-' => -CivilTime.Micros(clock[1..]),
            (byte)'+' => CivilTime.Micros(clock[1..]),
            _ => CivilTime.Micros(clock),
        };
    }
}
