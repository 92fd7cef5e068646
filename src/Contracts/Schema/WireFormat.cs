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
    /// <summary>Standard base64 with padding (Debezium's <c>bytes</c> and <c>base64</c>).</summary>
    Base64,
    /// <summary>Base64 with <c>-</c> and <c>_</c>.</summary>
    Base64UrlSafe,
    /// <summary>Hexadecimal digits without a prefix.</summary>
    Hex,
}

/// <summary>How the change events of a table spell decimals, times and bytes.</summary>
public sealed record WireFormat(DecimalMode Decimals, TimeMode Times, BinaryMode Binary)
{
    /// <summary>What our own Postgres source writes: decimals and times as text, bytes as base64.</summary>
    public static WireFormat Tapline { get; } = new(DecimalMode.String, TimeMode.IsoString, BinaryMode.Base64);

    /// <summary>A Debezium connector with default settings.</summary>
    public static WireFormat DebeziumDefault { get; } = new(DecimalMode.Precise, TimeMode.Adaptive, BinaryMode.Base64);

    /// <summary>What stands for an unchanged, out-of-line value (Debezium's
    /// <c>unavailable.value.placeholder</c>).</summary>
    public string UnavailablePlaceholder { get; init; } = "__debezium_unavailable_value";
}
