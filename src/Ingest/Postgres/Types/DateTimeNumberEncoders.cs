using Tapline.Ingest.Postgres.Envelope;

namespace Tapline.Ingest.Postgres.Types;

/// <summary>date as days since 1970. The infinities have the values that Debezium's stream gives.</summary>
sealed class DaysEncoder(string name) : NumberEncoder(new ConnectType("int32") { Name = name })
{
    const long Infinity = -2_147_472_692;
    const long NegativeInfinity = -2_147_472_691;

    public override void Write(ReadOnlySpan<byte> text, JsonBuffer output)
    {
        if (text.EndsWith("infinity"u8))
        {
            output.AppendNumber(text[0] == (byte)'-' ? NegativeInfinity : Infinity);
            return;
        }
        var beforeChrist = IsoDate.TakeEra(ref text);
        output.AppendNumber(CivilTime.Days(text, beforeChrist));
    }
}

/// <summary>A count of time since midnight or 1970: which type has it, and how many make a second.</summary>
/// <param name="Type">Its type in an inline schema.</param>
/// <param name="PerSecond">1,000, 1,000,000 or 1,000,000,000.</param>
sealed record ClockUnit(ConnectType Type, long PerSecond)
{
    public static ClockUnit TimeMillis { get; } = Debezium("int32", "Time", 1_000);

    public static ClockUnit TimeMicros { get; } = Debezium("int64", "MicroTime", 1_000_000);

    public static ClockUnit TimeNanos { get; } = Debezium("int64", "NanoTime", 1_000_000_000);

    public static ClockUnit TimeConnect { get; } = Connect("int32", "Time");

    public static ClockUnit Millis { get; } = Debezium("int64", "Timestamp", 1_000);

    public static ClockUnit Micros { get; } = Debezium("int64", "MicroTimestamp", 1_000_000);

    public static ClockUnit Nanos { get; } = Debezium("int64", "NanoTimestamp", 1_000_000_000);

    public static ClockUnit ConnectMillis { get; } = Connect("int64", "Timestamp");

    static ClockUnit Debezium(string kind, string name, long perSecond) =>
        new(new ConnectType(kind) { Name = $"io.debezium.time.{name}" }, perSecond);

    static ClockUnit Connect(string kind, string name) =>
        new(new ConnectType(kind) { Name = $"org.apache.kafka.connect.data.{name}" }, 1_000);
}

/// <summary>time as a count since midnight; finer digits are cut.</summary>
sealed class TimeCountEncoder(ClockUnit unit) : NumberEncoder(unit.Type)
{
    public override void Write(ReadOnlySpan<byte> text, JsonBuffer output) => output.AppendNumber(
        unit.PerSecond >= 1_000_000
            ? CivilTime.Micros(text) * (unit.PerSecond / 1_000_000)
            : CivilTime.Micros(text) / (1_000_000 / unit.PerSecond));
}

/// <summary>timestamp without zone as a count since 1970, as if it were UTC. The infinities have Debezium's values.
/// A time after what the count can hold is the last one that it can; nanoseconds, which hold only the years from 1677
/// to 2262, are null outside, as Debezium's are.</summary>
sealed class TimestampCountEncoder(ClockUnit unit) : NumberEncoder(unit.Type)
{
    // What PostgreSQL's Java driver takes for them.
    const long InfinityMillis = 9_223_372_036_825_200;
    const long NegativeInfinityMillis = -9_223_372_036_832_400;

    public override void Write(ReadOnlySpan<byte> text, JsonBuffer output)
    {
        if (text.EndsWith("infinity"u8))
        {
            output.AppendNumber(Infinite(text[0] == (byte)'-'));
            return;
        }
        var beforeChrist = IsoDate.TakeEra(ref text);
        var space = text.IndexOf((byte)' ');
        if (space < 0)
            throw new MalformedValueException("timestamp", "a date, a space and a time", text.Length);
        var days = CivilTime.Days(text[..space], beforeChrist);
        var micros = CivilTime.Micros(text[(space + 1)..]);
        // A time of day is never negative: cutting its digits is the floor, before 1970 too.
        var count = unit.PerSecond == 1_000
            ? days * (CivilTime.DayMicros / 1_000) + micros / 1_000
            : ((Int128)days * CivilTime.DayMicros + micros) * (unit.PerSecond / 1_000_000);
        if (count >= long.MinValue && count <= long.MaxValue)
            output.AppendNumber((long)count);
        else if (unit.PerSecond > 1_000_000)
            output.Append("null"u8);
        else
            output.AppendNumber(long.MaxValue);
    }

    long Infinite(bool isNegative) => unit.PerSecond switch
    {
        1_000 => isNegative ? NegativeInfinityMillis : InfinityMillis,
        1_000_000 => (isNegative ? NegativeInfinityMillis : InfinityMillis) * 1_000,
        _ => isNegative ? long.MinValue : long.MaxValue,
    };
}
