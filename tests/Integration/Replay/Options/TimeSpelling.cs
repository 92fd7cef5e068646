using System.Globalization;
using System.Text.Json.Nodes;

namespace Tapline.Integration.Tests.Replay.Options;

/// <summary>How each <c>time.precision.mode</c> spells what a default connector writes as a number.</summary>
static class TimeSpelling
{
    const long DayMicroseconds = 86_400_000_000;

    /// <summary>The type and name of a schema under a mode; null for what no mode changes.</summary>
    public static (string Type, string Name)? Target(string name, string mode) => Meaning(name) switch
    {
        _ when mode == "adaptive" => null,
        'd' => mode switch
        {
            "connect" => ("int32", "org.apache.kafka.connect.data.Date"),
            "isostring" => ("string", "io.debezium.time.IsoDate"),
            _ => null,
        },
        't' => mode switch
        {
            "connect" => ("int32", "org.apache.kafka.connect.data.Time"),
            "isostring" => ("string", "io.debezium.time.IsoTime"),
            "nanoseconds" => ("int64", "io.debezium.time.NanoTime"),
            _ => ("int64", "io.debezium.time.MicroTime"),
        },
        's' => mode switch
        {
            "connect" => ("int64", "org.apache.kafka.connect.data.Timestamp"),
            "isostring" => ("string", "io.debezium.time.IsoTimestamp"),
            "microseconds" => ("int64", "io.debezium.time.MicroTimestamp"),
            "nanoseconds" => ("int64", "io.debezium.time.NanoTimestamp"),
            _ => null,
        },
        _ => null,
    };

    /// <summary>The value of a field with such a schema.</summary>
    public static JsonNode? Value(string name, string mode, long value)
    {
        var meaning = Meaning(name);
        if (meaning == 'd')
            return mode == "isostring" ? JsonValue.Create($"{Date(value)}Z") : JsonValue.Create(value);
        var microseconds = FieldRewrite.Microseconds(name, value);
        return mode switch
        {
            "connect" => JsonValue.Create(Math.DivRem(microseconds, 1000) is var (ms, rest) && rest < 0 ? ms - 1 : ms),
            "isostring" => JsonValue.Create(meaning == 't'
                ? $"{Clock(microseconds % DayMicroseconds)}Z"
                : $"{Date(Days(microseconds))}T{Clock(microseconds - Days(microseconds) * DayMicroseconds)}Z"),
            "nanoseconds" => Nanoseconds(microseconds),
            _ => JsonValue.Create(microseconds),
        };
    }

    // What 64 bits of nanoseconds do not hold is null.
    static JsonValue? Nanoseconds(long microseconds) =>
        microseconds is > long.MaxValue / 1000 or < long.MinValue / 1000 ? null : JsonValue.Create(microseconds * 1000);

    static char Meaning(string name) => name switch
    {
        "io.debezium.time.Date" => 'd',
        "io.debezium.time.Time" or "io.debezium.time.MicroTime" => 't',
        "io.debezium.time.Timestamp" or "io.debezium.time.MicroTimestamp" => 's',
        _ => ' ',
    };

    static long Days(long microseconds) => Math.DivRem(microseconds, DayMicroseconds) is var (days, rest) && rest < 0
        ? days - 1
        : days;

    static string Date(long days) =>
        DateOnly.FromDayNumber((int)days + new DateOnly(1970, 1, 1).DayNumber)
            .ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    static string Clock(long microseconds) =>
        new TimeOnly(microseconds * 10).ToString("HH:mm:ss.FFFFFF", CultureInfo.InvariantCulture);
}
