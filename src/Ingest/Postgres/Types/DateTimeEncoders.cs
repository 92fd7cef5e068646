using System.Buffers.Text;
using Tapline.Ingest.Postgres.Envelope;

namespace Tapline.Ingest.Postgres.Types;

// PostgreSQL in the ISO date style writes 2026-05-04, 10000-01-01 and 0044-03-15 BC. ISO 8601 wants a sign on years of
// more than four digits and counts a year 0, so that 44 BC is -0043.
static class IsoDate
{
    static ReadOnlySpan<byte> BeforeChrist => " BC"u8;

    /// <summary>Takes the BC mark off the end of a text.</summary>
    public static bool TakeEra(ref ReadOnlySpan<byte> text)
    {
        if (!text.EndsWith(BeforeChrist))
            return false;
        text = text[..^BeforeChrist.Length];
        return true;
    }

    /// <summary>Appends a date <c>yyyy-mm-dd</c> with the year as ISO 8601 spells it.</summary>
    public static void Append(ReadOnlySpan<byte> date, bool beforeChrist, JsonBuffer output)
    {
        var yearLength = date.IndexOf((byte)'-');
        if (yearLength < 4)
            throw new MalformedValueException("a date", "yyyy-mm-dd", date.Length);
        if (!beforeChrist)
        {
            if (yearLength > 4)
                output.Append((byte)'+');
            output.Append(date);
            return;
        }
        if (!Utf8Parser.TryParse(date[..yearLength], out int year, out _))
            throw new MalformedValueException("a date", "yyyy-mm-dd", date.Length);
        if (year > 1)
            output.Append((byte)'-');
        const int yearDigits = 4;
        var digits = output.Reserve(12);
        (year - 1).TryFormat(digits, out var written, "D4", null);
        output.Advance(Math.Max(written, yearDigits));
        output.Append(date[yearLength..]);
    }
}

/// <summary>date as <c>2026-05-04Z</c>. The infinities have the values that Debezium's snapshot and stream
/// give.</summary>
sealed class DateEncoder : ValueEncoder
{
    public override void Write(ReadOnlySpan<byte> text, JsonBuffer output)
    {
        output.Append((byte)'"');
        if (text.SequenceEqual("infinity"u8))
        {
            output.Append("+292278994-08-16"u8);
        }
        else if (text.SequenceEqual("-infinity"u8))
        {
            output.Append("-5877611-06-21"u8);
        }
        else
        {
            var beforeChrist = IsoDate.TakeEra(ref text);
            IsoDate.Append(text, beforeChrist, output);
        }
        output.Append("Z\""u8);
    }
}

/// <summary>time as <c>10:20:30.123Z</c>; 24:00:00 is the midnight it means.</summary>
sealed class TimeEncoder : ValueEncoder
{
    public override void Write(ReadOnlySpan<byte> text, JsonBuffer output)
    {
        output.Append((byte)'"');
        output.Append(text.StartsWith("24:"u8) ? "00:00:00"u8 : text);
        output.Append("Z\""u8);
    }
}

/// <summary>timestamp without zone as <c>2026-05-04T10:20:30.12Z</c>, spelled as if it were UTC.</summary>
sealed class TimestampEncoder : ValueEncoder
{
    public override void Write(ReadOnlySpan<byte> text, JsonBuffer output)
    {
        output.Append((byte)'"');
        if (text.SequenceEqual("infinity"u8))
        {
            output.Append("+294247-01-10T04:00:25.2Z"u8);
        }
        else if (text.SequenceEqual("-infinity"u8))
        {
            output.Append("-290308-12-21T19:59:27.6Z"u8);
        }
        else
        {
            var beforeChrist = IsoDate.TakeEra(ref text);
            var space = text.IndexOf((byte)' ');
            if (space < 0)
                throw new MalformedValueException("timestamp", "a date, a space and a time", text.Length);
            IsoDate.Append(text[..space], beforeChrist, output);
            output.Append((byte)'T');
            output.Append(text[(space + 1)..]);
            output.Append((byte)'Z');
        }
        output.Append((byte)'"');
    }
}

/// <summary>timestamptz as <c>2026-05-04T10:20:30.120000Z</c> with as many digits as the column declares. The session's
/// time zone is UTC, so the text ends in <c>+00</c>.</summary>
sealed class TimestampTzEncoder(int digits) : ValueEncoder
{
    public override void Write(ReadOnlySpan<byte> text, JsonBuffer output)
    {
        if (text.EndsWith("infinity"u8))
        {
            output.AppendString(text);
            return;
        }
        var beforeChrist = IsoDate.TakeEra(ref text);
        var space = text.IndexOf((byte)' ');
        if (space < 0 || !text.EndsWith("+00"u8))
            throw new MalformedValueException("timestamptz", "a date, a space and a time in UTC", text.Length);
        output.Append((byte)'"');
        IsoDate.Append(text[..space], beforeChrist, output);
        output.Append((byte)'T');
        var time = text[(space + 1)..^3];
        output.Append(time);
        var point = time.IndexOf((byte)'.');
        var present = point < 0 ? 0 : time.Length - point - 1;
        if (point < 0 && digits > 0)
            output.Append((byte)'.');
        for (var i = present; i < digits; i++)
            output.Append((byte)'0');
        output.Append("Z\""u8);
    }
}
