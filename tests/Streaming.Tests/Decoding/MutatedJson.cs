using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Tapline.Streaming.Tests.Decoding;

/// <summary>JSON documents that are still well formed, mostly, and no longer what a connector writes: fields in another
/// order, twice or gone, numbers without end, deep nesting, values of another kind.</summary>
sealed class MutatedJson(Random random)
{
    const int RareOneIn = 80;

    static readonly string[] OtherValues =
    [
        "null", "true", "\"\"", "[]", "{}", "\"NaN\"", "\"AA==\"", "1e999", "-0", "0.1e-400", "-9223372036854775808",
        "18446744073709551616", "[null]", "[1,[2]]", "{\"scale\":1,\"value\":\"Dw==\"}",
        "\"__debezium_unavailable_value\"", "\"\\ud800\"", "\"\\u0000\"", "{\"x\":1}", "{\"\\ud800\":1}",
    ];

    readonly StringBuilder _text = new();

    /// <summary>The document with a few changes.</summary>
    public byte[] Of(byte[] json)
    {
        using var document = JsonDocument.Parse(json);
        _text.Clear();
        Write(document.RootElement);
        return Encoding.UTF8.GetBytes(_text.ToString());
    }

    bool Rare => random.Next(RareOneIn) == 0;

    void Write(JsonElement value)
    {
        if (Rare)
            WriteOther();
        else if (value.ValueKind == JsonValueKind.Object)
            WriteObject(value);
        else if (value.ValueKind == JsonValueKind.Array)
            WriteArray(value);
        else
            _text.Append(value.GetRawText());
    }

    void WriteOther()
    {
        switch (random.Next(8))
        {
            case 0:
                var depth = random.Next(10, 90);
                _text.Append('[', depth).Append(']', depth);
                break;
            case 1:
                _text.Append('9', random.Next(1, 400));
                break;
            case 2:
                _text.Append("0.").Append('3', random.Next(1, 400))
                    .Append(CultureInfo.InvariantCulture, $"E{random.Next(-400, 400)}");
                break;
            default:
                _text.Append(OtherValues[random.Next(OtherValues.Length)]);
                break;
        }
    }

    void WriteObject(JsonElement value)
    {
        var fields = value.EnumerateObject().ToList();
        if (Rare && fields.Count > 0)
            fields.RemoveAt(random.Next(fields.Count));
        if (Rare && fields.Count > 0)
            fields.Insert(random.Next(fields.Count), fields[random.Next(fields.Count)]);
        if (Rare)
            fields = [.. fields.OrderBy(_ => random.Next())];
        _text.Append('{');
        for (var i = 0; i < fields.Count; i++)
        {
            _text.Append(i > 0 ? "," : "").Append(JsonSerializer.Serialize(Rare ? "id" : fields[i].Name)).Append(':');
            Write(fields[i].Value);
        }
        _text.Append('}');
    }

    void WriteArray(JsonElement value)
    {
        _text.Append('[');
        var first = true;
        foreach (var item in value.EnumerateArray())
        {
            _text.Append(first ? "" : ",");
            Write(item);
            first = false;
        }
        _text.Append(']');
    }
}
