using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Tapline.Contracts.Schema;

namespace Tapline.Streaming.Decoding.Values;

/// <summary>Recognises what stands for an unchanged out-of-line value, in each of the forms that Debezium gives it by
/// column type: the text itself, its base64, a name-based UUID of it, a one-element array or object of these, or an
/// array with a number for each of its bytes. Only a whole value counts.</summary>
sealed class Placeholder
{
    const string HexPrefix = "hex:";

    readonly byte[] _bytes;
    readonly byte[][] _texts;
    readonly byte[] _mapText;
    readonly int _shortest;

    public Placeholder(WireFormat format)
    {
        var text = format.UnavailablePlaceholder;
        _bytes = text.StartsWith(HexPrefix, StringComparison.Ordinal)
            ? Convert.FromHexString(text.AsSpan(HexPrefix.Length))
            : Encoding.UTF8.GetBytes(text);
        var base64 = Convert.ToBase64String(_bytes);
        var url = Encoding.UTF8.GetBytes(base64.Replace('+', '-').Replace('/', '_'));
        _texts = [_bytes, Encoding.UTF8.GetBytes(base64), url, Encoding.UTF8.GetBytes(NameUuid(_bytes))];
        _mapText = [.. "{\""u8, .. _bytes, .. "\":\""u8, .. _bytes, .. "\"}"u8];
        _shortest = _texts.Min(static text => text.Length);
    }

    /// <summary>The length of the shortest text that stands for the placeholder.</summary>
    public int LengthMin => _shortest;

    /// <summary>Whether a text is the placeholder or one of its encodings.</summary>
    public bool IsText(ReadOnlySpan<byte> text)
    {
        if (text.Length < _shortest)
            return false;
        foreach (var form in _texts)
        {
            if (text.SequenceEqual(form))
                return true;
        }
        return text.SequenceEqual(_mapText);
    }

    /// <summary>Whether a whole array or object stands for the placeholder.</summary>
    public bool IsStructure(ReadOnlySpan<byte> json)
    {
        if (json.Length <= _shortest)
            return false;
        var reader = new Utf8JsonReader(json);
        reader.Read();
        return reader.TokenType == JsonTokenType.StartObject ? IsMap(ref reader) : IsList(ref reader);
    }

    bool IsMap(ref Utf8JsonReader reader) =>
        reader.Read() && reader.TokenType == JsonTokenType.PropertyName && reader.ValueSpan.SequenceEqual(_bytes) &&
        reader.Read() && reader.TokenType == JsonTokenType.String && reader.ValueSpan.SequenceEqual(_bytes) &&
        reader.Read() && reader.TokenType == JsonTokenType.EndObject;

    bool IsList(ref Utf8JsonReader reader)
    {
        reader.Read();
        return reader.TokenType switch
        {
            JsonTokenType.String => IsText(reader.ValueSpan) &&
                reader.Read() && reader.TokenType == JsonTokenType.EndArray,
            JsonTokenType.Number => IsByteList(ref reader),
            _ => false,
        };
    }

    bool IsByteList(ref Utf8JsonReader reader)
    {
        foreach (var unit in _bytes)
        {
            // Java's bytes are signed.
            if (reader.TokenType != JsonTokenType.Number || !reader.TryGetDouble(out var number) ||
                (number != unit && number != unchecked((sbyte)unit)))
                return false;
            reader.Read();
        }
        return reader.TokenType == JsonTokenType.EndArray;
    }

    /// <summary>The UUID of version 3 that Java's <c>UUID.nameUUIDFromBytes</c> makes: an MD5 without a name
    /// space.</summary>
    static string NameUuid(ReadOnlySpan<byte> name)
    {
        Span<byte> hash = stackalloc byte[MD5.HashSizeInBytes];
#pragma warning disable CA5351 // The algorithm is given by the format; nothing is protected by it.
        MD5.HashData(name, hash);
#pragma warning restore CA5351
        hash[6] = (byte)((hash[6] & 0x0F) | 0x30);
        hash[8] = (byte)((hash[8] & 0x3F) | 0x80);
        return new Guid(hash, bigEndian: true).ToString();
    }
}
