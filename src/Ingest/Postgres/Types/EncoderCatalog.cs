using System.Text;
using System.Text.Json;
using Tapline.Contracts.Schema;
using Tapline.Ingest.Postgres.Envelope;

namespace Tapline.Ingest.Postgres.Types;

/// <summary>Which encoder a column needs in one format, from its type as <c>format_type</c> prints it (domains resolved
/// before).</summary>
sealed class EncoderCatalog(EnvelopeFormat format)
{
    static readonly TextEncoder _text = new(ConnectType.String);

    readonly WireFormat _values = format.Values;

    /// <summary>The encoder for a type; null when its columns are to be left out.</summary>
    public ValueEncoder? For(string type, TypeTraits traits) =>
        Known(type, traits) ?? (format.UnknownTypes ? Unknown(type, traits) : null);

    // What Debezium leaves out unless told otherwise. Arrays of a type that it would know alone keep that type's form.
    ValueEncoder Unknown(string type, TypeTraits traits) =>
        type.EndsWith("[]", StringComparison.Ordinal) && type != "box[]"
            ? new ArrayEncoder(Known(type[..^2], traits) ?? _text)
            : _text;

    ValueEncoder? Known(string type, TypeTraits traits)
    {
        if (type.EndsWith("[]", StringComparison.Ordinal))
        {
            var element = type[..^2];
            return element is "money" || element.StartsWith("interval", StringComparison.Ordinal) ? null
                : Known(element, traits) is { } encoder ? new ArrayEncoder(encoder)
                : null;
        }
        if (traits.Kind == TypeTraits.Enum)
            return new TextEncoder(EnumType(traits));
        var (name, first, second) = PostgresTypes.Split(type);
        return name switch
        {
            "smallint" => new IntegerEncoder("int16"),
            "integer" => new IntegerEncoder("int32"),
            "bigint" or "oid" => new IntegerEncoder("int64"),
            "boolean" => new BooleanEncoder(),
            "bit" when first is null or 1 => new BooleanEncoder(),
            "bit" or "bit varying" => new BitStringEncoder(first),
            "real" => new FloatEncoder(ConnectType.Float),
            "double precision" => new FloatEncoder(ConnectType.Double),
            "numeric" => Decimal(first, second),
            "money" => new MoneyEncoder(_values.Decimals == DecimalMode.Precise
                ? new DecimalBytesEncoder(2, null)
                : Decimal(null, null)),
            "bytea" => new ByteaEncoder(_values.Binary),
            "date" => Date(),
            "time without time zone" => Time(first),
            "time with time zone" => new ZonedTimeEncoder(),
            "timestamp without time zone" => Timestamp(first),
            "timestamp with time zone" => new ZonedTimestampEncoder(first ?? 6),
            "uuid" => new UuidEncoder(),
            _ when name.StartsWith("interval", StringComparison.Ordinal) => _values.Intervals == IntervalMode.Numeric
                ? new IntervalMicrosEncoder()
                : new IntervalTextEncoder(),
            _ => Textual(name),
        };
    }

    // Types of extensions stand under their schema's name where the search path lacks that.
    ValueEncoder? Textual(string name) => name[(name.LastIndexOf('.') + 1)..] switch
    {
        "hstore" => new HstoreEncoder(_values.Hstores),
        "json" or "jsonb" => new TextEncoder(ConnectType.Json),
        "xml" => Named("Xml"),
        "ltree" => Named("Ltree"),
        "tsvector" => Named("Tsvector"),
        "point" when format.Structs => new PointEncoder(),
        "geometry" when format.Structs => new GeometryEncoder("Geometry"),
        "geography" when format.Structs => new GeometryEncoder("Geography"),
        "vector" when format.Structs => new VectorEncoder("DoubleVector", ConnectType.Double),
        "halfvec" when format.Structs => new VectorEncoder("FloatVector", ConnectType.Float),
        "sparsevec" when format.Structs => new SparseVectorEncoder(),
        "text" or "character" or "character varying" or "bpchar" or "\"char\"" or "name" or "citext"
            or "inet" or "cidr" or "macaddr" or "macaddr8"
            or "int4range" or "int8range" or "numrange" or "tsrange" or "tstzrange" or "daterange"
            or "point" or "geometry" or "geography" or "vector" or "halfvec" or "sparsevec" or "oidvector"
            or "ean13" or "isbn" or "isbn13" or "ismn" or "ismn13" or "issn" or "issn13" or "upc" => _text,
        _ => null,
    };

    ValueEncoder Decimal(int? precision, int? scale) => _values.Decimals switch
    {
        DecimalMode.Double => new DecimalDoubleEncoder(),
        // A scale below zero is 2046 to Debezium; ours carries the digits that there are.
        DecimalMode.Precise when precision is null || scale < 0 => new VariableScaleEncoder(),
        DecimalMode.Precise => new DecimalBytesEncoder(scale ?? 0, precision),
        _ => new DecimalTextEncoder(),
    };

    ValueEncoder Date() => _values.Times switch
    {
        TimeMode.IsoString => new IsoDateEncoder(),
        TimeMode.Connect => new DaysEncoder("org.apache.kafka.connect.data.Date"),
        _ => new DaysEncoder("io.debezium.time.Date"),
    };

    ValueEncoder Time(int? digits) => _values.Times switch
    {
        TimeMode.IsoString => new IsoTimeEncoder(),
        TimeMode.Connect => new TimeCountEncoder(ClockUnit.TimeConnect),
        TimeMode.Nanoseconds => new TimeCountEncoder(ClockUnit.TimeNanos),
        TimeMode.Adaptive when digits <= 3 => new TimeCountEncoder(ClockUnit.TimeMillis),
        _ => new TimeCountEncoder(ClockUnit.TimeMicros),
    };

    ValueEncoder Timestamp(int? digits) => _values.Times switch
    {
        TimeMode.IsoString => new IsoTimestampEncoder(),
        TimeMode.Connect => new TimestampCountEncoder(ClockUnit.ConnectMillis),
        TimeMode.Nanoseconds => new TimestampCountEncoder(ClockUnit.Nanos),
        TimeMode.Adaptive or TimeMode.AdaptiveTimeMicroseconds when digits <= 3 =>
            new TimestampCountEncoder(ClockUnit.Millis),
        _ => new TimestampCountEncoder(ClockUnit.Micros),
    };

    static TextEncoder Named(string name) => new(new ConnectType("string") { Name = $"io.debezium.data.{name}" });

    static ConnectType EnumType(TypeTraits traits)
    {
        var allowed = JsonEncodedText.Encode(string.Join(',', traits.Labels)).ToString();
        return new ConnectType("string")
        {
            Name = "io.debezium.data.Enum",
            Parameters = $$"""{"allowed":"{{allowed}}"}""",
            OptionalAsItem = false,
        };
    }
}
