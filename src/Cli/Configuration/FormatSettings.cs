using Tapline.Contracts.Schema;
using Tapline.Ingest.Postgres.Envelope;

namespace Tapline.Cli.Configuration;

/// <summary>Reads how a source writes its records: one setting for each of Debezium's.</summary>
static class FormatSettings
{
    /// <summary>Reads the mapping <c>format</c> of a source; the default where the file has none.</summary>
    public static EnvelopeFormat Read(ConfigSection source)
    {
        if (source.Section("format") is not { } format)
            return EnvelopeFormat.Default;
        var read = new EnvelopeFormat
        {
            Values = new WireFormat(Decimals(format), Times(format), Binary(format))
            {
                Intervals = format.Choice("interval", IntervalMode.String,
                    ("string", IntervalMode.String), ("numeric", IntervalMode.Numeric)),
                Hstores = format.Choice("hstore", HstoreMode.Json, ("json", HstoreMode.Json), ("map", HstoreMode.Map)),
                UnavailablePlaceholder = Placeholder(format),
            },
            Schemas = Flag(format, "schemas", false),
            Tombstones = Flag(format, "tombstones", true),
            Truncates = Flag(format, "truncates", true),
            UnknownTypes = format.Choice("unknown_types", true, ("text", true), ("omit", false)),
            Structs = Flag(format, "structs", false),
        };
        format.Close();
        return read;
    }

    static DecimalMode Decimals(ConfigSection format) => format.Choice("decimal", DecimalMode.String,
        ("string", DecimalMode.String), ("precise", DecimalMode.Precise), ("double", DecimalMode.Double));

    static TimeMode Times(ConfigSection format) => format.Choice("time", TimeMode.IsoString,
        ("isostring", TimeMode.IsoString),
        ("adaptive", TimeMode.Adaptive),
        ("adaptive_time_microseconds", TimeMode.AdaptiveTimeMicroseconds),
        ("connect", TimeMode.Connect),
        ("microseconds", TimeMode.Microseconds),
        ("nanoseconds", TimeMode.Nanoseconds));

    static BinaryMode Binary(ConfigSection format) => format.Choice("binary", BinaryMode.Bytes,
        ("bytes", BinaryMode.Bytes),
        ("base64", BinaryMode.Base64),
        ("base64-url-safe", BinaryMode.Base64UrlSafe),
        ("hex", BinaryMode.Hex));

    static bool Flag(ConfigSection section, string key, bool fallback) =>
        section.Choice(key, fallback, ("true", true), ("false", false));

    static string Placeholder(ConfigSection format)
    {
        var fallback = WireFormat.Tapline.UnavailablePlaceholder;
        var text = format.Text("placeholder", fallback);
        if (EnvelopeFormat.IsPlaceholder(text))
            return text;
        format.Reject("placeholder", "must be a text, or hex: and the hexadecimal digits of one in UTF-8");
        return fallback;
    }
}
