using Tapline.Ingest.Postgres.Envelope;

namespace Tapline.Ingest.Postgres.Types;

/// <summary>date as <c>2026-05-04Z</c>. The infinities have the values that Debezium's snapshot and stream
/// give.</summary>
sealed class IsoDateEncoder() : ValueEncoder(new ConnectType("string") { Name = "io.debezium.time.IsoDate" })
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

    public override void WriteZero(JsonBuffer output) => Write("1970-01-01"u8, output);
}

/// <summary>time as <c>10:20:30.123Z</c>; 24:00:00 is the midnight it means.</summary>
sealed class IsoTimeEncoder() : ValueEncoder(new ConnectType("string") { Name = "io.debezium.time.IsoTime" })
{
    public override void Write(ReadOnlySpan<byte> text, JsonBuffer output)
    {
        output.Append((byte)'"');
        output.Append(text.StartsWith("24:"u8) ? "00:00:00"u8 : text);
        output.Append("Z\""u8);
    }

    public override void WriteZero(JsonBuffer output) => Write("00:00:00"u8, output);
}

/// <summary>timestamp without zone as <c>2026-05-04T10:20:30.12Z</c>, spelled as if it were UTC.</summary>
sealed class IsoTimestampEncoder() :
    ValueEncoder(new ConnectType("string") { Name = "io.debezium.time.IsoTimestamp" })
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

    public override void WriteZero(JsonBuffer output) => Write("1970-01-01 00:00:00"u8, output);
}

/// <summary>timestamptz as <c>2026-05-04T10:20:30.120000Z</c> with as many digits as the column declares. The session's
/// time zone is UTC, so the text ends in <c>+00</c>.</summary>
sealed class ZonedTimestampEncoder(int digits) :
    ValueEncoder(new ConnectType("string") { Name = "io.debezium.time.ZonedTimestamp" })
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

    // Debezium invents it without the digits that its values have.
    public override void WriteZero(JsonBuffer output) => output.AppendString("1970-01-01T00:00:00Z"u8);

    public override void WriteCall(JsonBuffer output) => Write("1970-01-01 00:00:00+00"u8, output);
}
