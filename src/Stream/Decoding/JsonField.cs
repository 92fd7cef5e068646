using System.Text;
using System.Text.Json;

namespace Tapline.Streaming.Decoding;

/// <summary>Where a value stands in a JSON document that <see cref="Utf8JsonReader"/> has already found well
/// formed.</summary>
/// <param name="Kind">What the value is.</param>
/// <param name="Start">Its first byte.</param>
/// <param name="Length">Its length, quotes included.</param>
/// <param name="NameStart">The first byte of its name, without the quote.</param>
/// <param name="NameLength">The name's length as it is spelled.</param>
readonly record struct JsonField(JsonKind Kind, int Start, int Length, int NameStart = 0, int NameLength = 0)
{
    const int Unknown = -1;
    const int Ignored = -2;

    /// <summary>The one value of a document. Throws <see cref="JsonException"/> when it is malformed.</summary>
    public static JsonField Document(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json);
        reader.Read();
        var kind = JsonKinds.Of(reader.TokenType);
        var start = (int)reader.TokenStartIndex;
        reader.Skip();
        var length = (int)reader.BytesConsumed - start;
        reader.Read(); // Throws on more than one value.
        return new JsonField(kind, start, length);
    }

    /// <summary>Finds this object's fields, the last of each name; clears the others. <paramref name="unknown"/> is the
    /// first field of another name that has a value, unless it is one of the <paramref name="ignored"/> or begins with
    /// <paramref name="ignoredPrefix"/>. False when a name escapes half of a surrogate pair.</summary>
    public bool TryFind(
        ReadOnlySpan<byte> json,
        NameTable names,
        Span<JsonField> fields,
        out JsonField unknown,
        NameTable? ignored = null,
        ReadOnlySpan<byte> ignoredPrefix = default)
    {
        fields.Clear();
        unknown = default;
        var reader = new Utf8JsonReader(json.Slice(Start, Length));
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var nameStart = Start + (int)reader.TokenStartIndex + 1;
            var nameLength = reader.ValueSpan.Length;
            if (!TryIndex(ref reader, names, ignored, ignoredPrefix, out var index))
            {
                unknown = new JsonField(JsonKind.Absent, nameStart, nameLength);
                return false;
            }
            reader.Read();
            var kind = JsonKinds.Of(reader.TokenType);
            var start = (int)reader.TokenStartIndex;
            reader.Skip();
            var field = new JsonField(kind, Start + start, (int)reader.BytesConsumed - start, nameStart, nameLength);
            if (index >= 0)
                fields[index] = field;
            else if (index == Unknown && unknown.Kind == JsonKind.Absent && kind != JsonKind.Null)
                unknown = field;
        }
        return true;
    }

    /// <summary>The value's text: a string without quotes and escapes, all else as it stands. False when a string
    /// escapes half of a surrogate pair.</summary>
    public bool TryText(ReadOnlySpan<byte> json, out ReadOnlySpan<byte> text)
    {
        text = json.Slice(Start, Length);
        if (Kind != JsonKind.String)
            return true;
        var reader = new Utf8JsonReader(text);
        reader.Read();
        return TryUnescape(ref reader, out text);
    }

    /// <summary>The name as it is spelled, for people.</summary>
    public string NameText(ReadOnlySpan<byte> json) => Encoding.UTF8.GetString(json.Slice(NameStart, NameLength));

    static bool TryIndex(
        ref Utf8JsonReader reader,
        NameTable names,
        NameTable? ignored,
        ReadOnlySpan<byte> ignoredPrefix,
        out int index)
    {
        index = Unknown;
        if (!TryUnescape(ref reader, out var name))
            return false;
        index = names.IndexOf(name);
        if (index < 0)
        {
            var isIgnored = ignored is not null && (ignored.IndexOf(name) >= 0
                || (!ignoredPrefix.IsEmpty && name.StartsWith(ignoredPrefix)));
            index = isIgnored ? Ignored : Unknown;
        }
        return true;
    }

    static bool TryUnescape(scoped ref Utf8JsonReader reader, out ReadOnlySpan<byte> text)
    {
        text = reader.ValueSpan;
        if (!reader.ValueIsEscaped)
            return true;
        var unescaped = new byte[text.Length];
        try
        {
            text = unescaped.AsSpan(0, reader.CopyString(unescaped));
            return true;
        }
        catch (InvalidOperationException)
        {
            // The reader's answer to half of a surrogate pair; there is no way to ask it first.
            return false;
        }
    }
}
