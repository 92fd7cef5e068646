using System.Buffers.Text;
using Tapline.Ingest.Postgres.Envelope;

namespace Tapline.Ingest.Postgres.Types;

/// <summary>timetz moved to UTC, <c>11:14:15.123Z</c>: it wraps over midnight and drops its zone.</summary>
sealed class TimeTzEncoder : ValueEncoder
{
    const int DaySeconds = 24 * 60 * 60;

    // hh:mm:ss[.ffffff](+|-)hh[:mm[:ss]]
    public override void Write(ReadOnlySpan<byte> text, JsonBuffer output)
    {
        var zone = text.LastIndexOfAny((byte)'+', (byte)'-');
        if (zone < 8)
            throw new MalformedValueException("timetz", "a time and an offset", text.Length);
        var offset = Seconds(text[(zone + 1)..]);
        var utc = Seconds(text[..8]) - (text[zone] == (byte)'-' ? -offset : offset);
        utc = (utc % DaySeconds + DaySeconds) % DaySeconds;
        output.Append((byte)'"');
        AppendTwo(utc / 3600, output);
        output.Append((byte)':');
        AppendTwo(utc / 60 % 60, output);
        output.Append((byte)':');
        AppendTwo(utc % 60, output);
        output.Append(text[8..zone]);
        output.Append("Z\""u8);
    }

    static int Seconds(ReadOnlySpan<byte> clock)
    {
        var seconds = 0;
        for (var unit = 3600; unit > 0 && clock.Length >= 2; unit /= 60)
        {
            if (!Utf8Parser.TryParse(clock[..2], out int part, out _))
                throw new MalformedValueException("timetz", "hh:mm:ss", clock.Length);
            seconds += part * unit;
            clock = clock.Length > 3 ? clock[3..] : default;
        }
        return seconds;
    }

    static void AppendTwo(int value, JsonBuffer output)
    {
        output.Append((byte)('0' + value / 10));
        output.Append((byte)('0' + value % 10));
    }
}

/// <summary>interval as Debezium's string mode spells it: <c>P1Y2M3DT4H5M6.789S</c>, all parts always there, each with
/// its own sign.</summary>
sealed class IntervalEncoder : ValueEncoder
{
    // The style "postgres": [±n year[s]] [±n mon[s]] [±n day[s]] [[-]hh:mm:ss[.ffffff]], at least one of them.
    public override void Write(ReadOnlySpan<byte> text, JsonBuffer output)
    {
        ReadOnlySpan<byte> years = "0"u8, months = "0"u8, days = "0"u8, clock = default;
        var rest = text;
        while (rest.Length > 0)
        {
            var number = Word(ref rest);
            if (number.IndexOf((byte)':') >= 0)
            {
                clock = number;
                continue;
            }
            var unit = Word(ref rest);
            if (number.Length > 0 && number[0] == (byte)'+')
                number = number[1..];
            if (unit.StartsWith("year"u8))
                years = number;
            else if (unit.StartsWith("mon"u8))
                months = number;
            else if (unit.StartsWith("day"u8))
                days = number;
            else
            {
                // PostgreSQL 17 and later know infinite intervals; ISO 8601 does not.
                output.AppendString(text);
                return;
            }
        }
        output.Append("\"P"u8);
        output.Append(years);
        output.Append((byte)'Y');
        output.Append(months);
        output.Append((byte)'M');
        output.Append(days);
        output.Append("DT"u8);
        AppendClock(clock, output);
        output.Append((byte)'"');
    }

    static void AppendClock(ReadOnlySpan<byte> clock, JsonBuffer output)
    {
        var negative = clock.Length > 0 && clock[0] == (byte)'-';
        if (negative || (clock.Length > 0 && clock[0] == (byte)'+'))
            clock = clock[1..];
        AppendPart(Until(ref clock, (byte)':'), negative, (byte)'H', output);
        AppendPart(Until(ref clock, (byte)':'), negative, (byte)'M', output);
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

    static ReadOnlySpan<byte> Word(scoped ref ReadOnlySpan<byte> rest) => Until(ref rest, (byte)' ');

    static ReadOnlySpan<byte> Until(scoped ref ReadOnlySpan<byte> rest, byte separator)
    {
        var end = rest.IndexOf(separator);
        var word = end < 0 ? rest : rest[..end];
        rest = end < 0 ? default : rest[(end + 1)..];
        return word;
    }
}
