using System.Text.Json;
using System.Text.Unicode;
using Tapline.Streaming.Schemas;

namespace Tapline.Streaming.Decoding.Scanning;

/// <summary>The schema that keys or values carry, <c>{"schema":…,"payload":</c>, which is the same for many records: it
/// is looked at once and compared from then on. Not thread-safe.</summary>
sealed class SchemaPrefix
{
    byte[] _prefix = [];

    /// <summary>The payload of a record that carries its schema, any other record as it is. What stands behind the
    /// payload but a brace is left in it, where it is no JSON.</summary>
    public ReadOnlySpan<byte> Without(ReadOnlySpan<byte> record)
    {
        if (!InlineSchema.IsCarriedBy(record) || record[^1] != '}')
            return record;
        if (_prefix.Length == 0 || !record.StartsWith(_prefix))
        {
            if (!TryLearn(record))
                return record;
        }
        return record[_prefix.Length..^1];
    }

    bool TryLearn(ReadOnlySpan<byte> record)
    {
        try
        {
            var reader = new Utf8JsonReader(record);
            reader.Read();
            reader.Read();
            reader.Skip();
            if (!reader.Read() || reader.TokenType != JsonTokenType.PropertyName ||
                !reader.ValueSpan.SequenceEqual("payload"u8) || !reader.Read())
                return false;
            var prefix = record[..(int)reader.TokenStartIndex];
            if (!Utf8.IsValid(prefix))
                return false;
            _prefix = prefix.ToArray();
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
