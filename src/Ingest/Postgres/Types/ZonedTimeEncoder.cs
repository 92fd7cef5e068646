using System.Buffers.Text;
using Tapline.Ingest.Postgres.Envelope;

namespace Tapline.Ingest.Postgres.Types;

/// <summary>timetz moved to UTC, <c>11:14:15.123Z</c>: it wraps over midnight and drops its zone.</summary>
sealed class ZonedTimeEncoder() : ValueEncoder(new ConnectType("string") { Name = "io.debezium.time.ZonedTime" })
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

    public override void WriteZero(JsonBuffer output) => Write("00:00:00+00"u8, output);
}
