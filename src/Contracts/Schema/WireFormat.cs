namespace Tapline.Contracts.Schema;

/// <summary>How a connector spells values in JSON: Debezium's <c>decimal.handling.mode</c>.</summary>
public enum DecimalMode
{
    /// <summary><c>"19.99"</c>; our own source's default.</summary>
    String,
    /// <summary>Base64 of the unscaled big-endian two's complement (numeric without scale: a struct of scale and
    /// value).</summary>
    Precise,
    /// <summary>A JSON number.</summary>
    Double,
}

/// <summary>Debezium's <c>time.precision.mode</c>.</summary>
public enum TimeMode
{
    /// <summary>ISO 8601 text; our own source's default.</summary>
    IsoString,
    /// <summary>Days, milliseconds or microseconds by the column's declared precision; Debezium's default.</summary>
    Adaptive,
    /// <summary>As <see cref="Adaptive"/>, but <c>time</c> always in microseconds.</summary>
    AdaptiveTimeMicroseconds,
    /// <summary>Kafka Connect's logical types: days and milliseconds.</summary>
    Connect,
    /// <summary>Microseconds throughout.</summary>
    Microseconds,
    /// <summary>Nanoseconds throughout.</summary>
    Nanoseconds,
}

/// <summary>Debezium's <c>binary.handling.mode</c>.</summary>
public enum BinaryMode
{
    /// <summary>Standard base64 with padding, as Kafka Connect spells bytes; our own and Debezium's default.</summary>
    Bytes,
    /// <summary>The same text, but for Debezium a string: an unchanged out-of-line value arrives as null.</summary>
    Base64,
    /// <summary>Base64 with <c>-</c> and <c>_</c>.</summary>
    Base64UrlSafe,
    /// <summary>Hexadecimal digits without a prefix.</summary>
    Hex,
}

/// <summary>Debezium's <c>interval.handling.mode</c>.</summary>
public enum IntervalMode
{
    /// <summary><c>P1Y2M3DT4H5M6.789012S</c>; our own source's default.</summary>
    String,
    /// <summary>Microseconds, a month taken as 30.4375 days; Debezium's default.</summary>
    Numeric,
}

/// <summary>Debezium's <c>hstore.handling.mode</c>.</summary>
public enum HstoreMode
{
    /// <summary>A string that holds a JSON object; the default.</summary>
    Json,
    /// <summary>A JSON object.</summary>
    Map,
}

/// <summary>Whose spelling it is, where modes alone do not say it.</summary>
public enum EventWriter
{
    /// <summary>Our own source: PostgreSQL's spelling of floats, a placeholder for what did not change.</summary>
    Tapline,
    /// <summary>Debezium: Java's spelling of floats, and for many types null in place of an unchanged large
    /// value.</summary>
    Debezium,
}

/// <summary>What an event is: a whole envelope, or a row that the connector took out of it.</summary>
public enum EventForm
{
    /// <summary>An envelope, or a row where the record can be nothing else.</summary>
    Any,
    /// <summary>A row without its envelope, as Debezium's <c>ExtractNewRecordState</c> writes it.</summary>
    Flattened,
}

/// <summary>How the change events of a table spell decimals, times and bytes.</summary>
public sealed record WireFormat(DecimalMode Decimals, TimeMode Times, BinaryMode Binary)
{
    /// <summary>What our own Postgres source writes: decimals, times and intervals as text, bytes as base64.</summary>
    public static WireFormat Tapline { get; } = new(DecimalMode.String, TimeMode.IsoString, BinaryMode.Bytes);

    /// <summary>A Debezium connector with default settings.</summary>
    public static WireFormat DebeziumDefault { get; } =
        new(DecimalMode.Precise, TimeMode.Adaptive, BinaryMode.Bytes)
        {
            Intervals = IntervalMode.Numeric,
            Writer = EventWriter.Debezium,
        };

    /// <summary>Who writes the events.</summary>
    public EventWriter Writer { get; init; } = EventWriter.Tapline;

    /// <summary>Whether the events have their envelope.</summary>
    public EventForm Form { get; init; } = EventForm.Any;

    /// <summary>What the names of the fields begin with that a flattened event has beside the row's (Debezium's
    /// <c>add.fields.prefix</c> and <c>add.headers.prefix</c>).</summary>
    public string AddedPrefix { get; init; } = "__";

    /// <summary>How intervals are spelled.</summary>
    public IntervalMode Intervals { get; init; } = IntervalMode.String;

    /// <summary>How hstore is spelled.</summary>
    public HstoreMode Hstores { get; init; } = HstoreMode.Json;

    /// <summary>Whether a value may be of any type that is spelled like it (a string anything, bytes too; an integer an
    /// oid): nobody has said what the column is.</summary>
    public bool IsTypeOpen { get; init; }

    /// <summary>What stands for an unchanged, out-of-line value (Debezium's
    /// <c>unavailable.value.placeholder</c>).</summary>
    public string UnavailablePlaceholder { get; init; } = "__debezium_unavailable_value";
}
