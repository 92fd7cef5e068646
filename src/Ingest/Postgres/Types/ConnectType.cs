using System.Text;
using Tapline.Ingest.Postgres.Envelope;

namespace Tapline.Ingest.Postgres.Types;

/// <summary>A field's type in Kafka Connect's schema language: what an encoder's JSON is declared as.</summary>
/// <param name="Kind">The basic type, <c>int32</c>.</param>
sealed record ConnectType(string Kind)
{
    /// <summary>The semantic name, <c>io.debezium.time.Date</c>; null for none.</summary>
    public string? Name { get; init; }

    public string? Doc { get; init; }

    /// <summary>JSON of the parameters object; null for none.</summary>
    public string? Parameters { get; init; }

    /// <summary>What follows the basic type: the JSON of items, fields, keys and values.</summary>
    public string? Parts { get; init; }

    /// <summary>Whether it may be null as an array's item. Debezium lets all but enums.</summary>
    public bool OptionalAsItem { get; init; } = true;

    public static ConnectType Boolean { get; } = new("boolean");

    public static ConnectType String { get; } = new("string");

    public static ConnectType Json { get; } = new("string") { Name = "io.debezium.data.Json" };

    public static ConnectType Bytes { get; } = new("bytes");

    public static ConnectType Float { get; } = new("float");

    public static ConnectType Double { get; } = new("double");

    public static ConnectType Map { get; } = new("map")
    {
        Parts = """
            "keys":{"type":"string","optional":false},"values":{"type":"string","optional":true}
            """,
    };

    public static ConnectType VariableScaleDecimal { get; } = new("struct")
    {
        Name = "io.debezium.data.VariableScaleDecimal",
        Doc = "Variable scaled decimal",
        Parts = """
            "fields":[{"type":"int32","optional":false,"field":"scale"},
            """
            + """{"type":"bytes","optional":false,"field":"value"}]""",
    };

    /// <summary>A decimal of a fixed scale; money declares no precision.</summary>
    public static ConnectType Decimal(int scale, int? precision) => new("bytes")
    {
        Name = "org.apache.kafka.connect.data.Decimal",
        Parameters = precision is null
            ? $$"""{"scale":"{{scale}}"}"""
            : $$"""{"scale":"{{scale}}","connect.decimal.precision":"{{precision}}"}""",
    };

    /// <summary>An array of it.</summary>
    public ConnectType AsArray()
    {
        var buffer = new JsonBuffer();
        buffer.Append("\"items\":"u8);
        Append(buffer, OptionalAsItem, default, null);
        return new ConnectType("array") { Parts = Encoding.UTF8.GetString(buffer.Slice(0, buffer.Length).Span) };
    }

    /// <summary>Appends the schema's JSON in the order in which Connect writes it.</summary>
    /// <param name="output">Where to.</param>
    /// <param name="optional">Whether it may be null.</param>
    /// <param name="defaultJson">The JSON of its default; empty for none.</param>
    /// <param name="field">The field's name in a struct; null outside one.</param>
    public void Append(JsonBuffer output, bool optional, ReadOnlySpan<byte> defaultJson, string? field)
    {
        output.Append("{\"type\":\""u8);
        AppendText(output, Kind);
        output.Append((byte)'"');
        if (Parts is not null)
        {
            output.Append((byte)',');
            AppendText(output, Parts);
        }
        output.Append(optional ? ",\"optional\":true"u8 : ",\"optional\":false"u8);
        if (Name is not null)
        {
            AppendMember(output, ",\"name\":"u8, Name);
            output.Append(",\"version\":1"u8);
        }
        if (Doc is not null)
            AppendMember(output, ",\"doc\":"u8, Doc);
        if (Parameters is not null)
        {
            output.Append(",\"parameters\":"u8);
            AppendText(output, Parameters);
        }
        if (!defaultJson.IsEmpty)
        {
            output.Append(",\"default\":"u8);
            output.Append(defaultJson);
        }
        if (field is not null)
            AppendMember(output, ",\"field\":"u8, field);
        output.Append((byte)'}');
    }

    static void AppendMember(JsonBuffer output, ReadOnlySpan<byte> name, string value)
    {
        output.Append(name);
        output.AppendString(Encoding.UTF8.GetBytes(value));
    }

    static void AppendText(JsonBuffer output, string text) => output.Append(Encoding.UTF8.GetBytes(text));
}
