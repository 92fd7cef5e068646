using System.Buffers;

namespace Tapline.Streaming.Decoding.Scanning;

/// <summary>Walks over a JSON document from field to field. Every method answers false for what is not well-formed
/// JSON, and for what it leaves to the plain decoder: escaped names and deep nesting. Nothing is accepted that
/// <see cref="System.Text.Json.Utf8JsonReader"/> would refuse.</summary>
ref struct JsonScanner(ReadOnlySpan<byte> json)
{
    const int DepthMax = 16; // The plain decoder's limit is 64.

    // What ends the plain part of a string: the quote, an escape, or a control character, which is malformed.
    static readonly SearchValues<byte> StringStops = SearchValues.Create(
        [.. Enumerable.Range(0, 32).Select(static control => (byte)control), (byte)'"', (byte)'\\']);

    readonly ReadOnlySpan<byte> _json = json;
    int _at;

    /// <summary>How many bytes are taken.</summary>
    public readonly int Position => _at;

    /// <summary>Takes one punctuation character, after any white space.</summary>
    public bool TryTake(byte wanted)
    {
        if ((uint)_at < (uint)_json.Length && _json[_at] == wanted)
        {
            _at++;
            return true;
        }
        SkipWhiteSpace();
        if ((uint)_at >= (uint)_json.Length || _json[_at] != wanted)
            return false;
        _at++;
        return true;
    }

    /// <summary>Whether only white space is left.</summary>
    public bool AtEnd()
    {
        SkipWhiteSpace();
        return _at == _json.Length;
    }

    /// <summary>Takes a field's name and colon. <paramref name="predicted"/> is looked at first; it is then one more
    /// than the field's number, or as before for a name that is not in the order, whose number is -1.</summary>
    public bool TryField(FieldOrder order, ref int predicted, out int index)
    {
        if ((uint)predicted < (uint)order.Count)
        {
            var literal = order.Literal(predicted);
            if (_json[_at..].StartsWith(literal))
            {
                _at += literal.Length;
                index = predicted++;
                return true;
            }
        }
        index = -1;
        if (!TryTake((byte)'"') || !TryString(out var name, out var escaped) || escaped || !TryTake((byte)':'))
            return false;
        index = order.IndexOf(name);
        if (index >= 0)
            predicted = index + 1;
        return true;
    }

    /// <summary>Takes a value. The text is a string's inside as it is spelled, or all of any other value.</summary>
    public bool TryValue(out JsonKind kind, out ReadOnlySpan<byte> text, out bool escaped)
    {
        escaped = false;
        text = default;
        kind = JsonKind.Absent;
        if ((uint)_at < (uint)_json.Length && _json[_at] <= ' ')
            SkipWhiteSpace();
        if ((uint)_at >= (uint)_json.Length)
            return false;
        var start = _at;
        switch (_json[_at])
        {
            case (byte)'"':
                _at++;
                kind = JsonKind.String;
                return TryString(out text, out escaped);
            case (byte)'n':
                kind = JsonKind.Null;
                return TryWord("null"u8, out text);
            case (byte)'t':
                kind = JsonKind.True;
                return TryWord("true"u8, out text);
            case (byte)'f':
                kind = JsonKind.False;
                return TryWord("false"u8, out text);
            case (byte)'{':
            case (byte)'[':
                kind = _json[_at] == '{' ? JsonKind.Object : JsonKind.Array;
                if (!TrySkip(0))
                    return false;
                text = _json[start.._at];
                return true;
            default:
                kind = JsonKind.Number;
                return TryNumber(out text);
        }
    }

    /// <summary>After a field: whether another one follows. False for the closing brace, which is taken, and
    /// <paramref name="wellFormed"/> is false for anything else.</summary>
    public bool TryNext(out bool wellFormed)
    {
        wellFormed = true;
        if (TryTake((byte)','))
            return true;
        wellFormed = TryTake((byte)'}');
        return false;
    }

    bool TryWord(ReadOnlySpan<byte> word, out ReadOnlySpan<byte> text)
    {
        text = word;
        if (!_json[_at..].StartsWith(word))
            return false;
        _at += word.Length;
        return true;
    }

    /// <summary>The rest of a string after its quote.</summary>
    bool TryString(out ReadOnlySpan<byte> text, out bool escaped)
    {
        var start = _at;
        escaped = false;
        while (true)
        {
            var length = _json[_at..].IndexOfAny(StringStops);
            if (length < 0)
                break;
            _at += length;
            if (_json[_at] == '"')
            {
                text = _json[start.._at];
                _at++;
                return true;
            }
            if (_json[_at] != '\\' || !TryEscape())
                break;
            escaped = true;
        }
        text = default;
        return false;
    }

    bool TryEscape()
    {
        var rest = _json[(_at + 1)..];
        if (rest.IsEmpty)
            return false;
        if (rest[0] != 'u')
        {
            _at += 2;
            return "\"\\/bfnrt"u8.Contains(rest[0]);
        }
        if (rest.Length < 5)
            return false;
        for (var i = 1; i <= 4; i++)
        {
            if (!char.IsAsciiHexDigit((char)rest[i]))
                return false;
        }
        _at += 6;
        return true;
    }

    /// <summary><c>[-] (0 | 1-9 digits) [. digits] [(e|E) [+|-] digits]</c>, as in
    /// https://www.rfc-editor.org/rfc/rfc8259#section-6.</summary>
    bool TryNumber(out ReadOnlySpan<byte> text)
    {
        var start = _at;
        text = default;
        if (Peek() == '-')
            _at++;
        var whole = _at;
        if (!TryDigits() || (_json[whole] == '0' && _at > whole + 1))
            return false;
        if (Peek() == '.')
        {
            _at++;
            if (!TryDigits())
                return false;
        }
        if (Peek() is 'e' or 'E')
        {
            _at++;
            if (Peek() is '+' or '-')
                _at++;
            if (!TryDigits())
                return false;
        }
        text = _json[start.._at];
        return true;
    }

    bool TryDigits()
    {
        var start = _at;
        while ((uint)_at < (uint)_json.Length && char.IsAsciiDigit((char)_json[_at]))
            _at++;
        return _at > start;
    }

    /// <summary>Takes an array or object whole.</summary>
    bool TrySkip(int depth)
    {
        if (depth == DepthMax)
            return false;
        var isObject = _json[_at++] == '{';
        var close = isObject ? (byte)'}' : (byte)']';
        if (TryTake(close))
            return true;
        while (true)
        {
            if (isObject && !(TryTake((byte)'"') && TryString(out _, out _) && TryTake((byte)':')))
                return false;
            SkipWhiteSpace();
            var taken = Peek() is '{' or '[' ? TrySkip(depth + 1) : TryValue(out _, out _, out _);
            if (!taken)
                return false;
            if (!TryTake((byte)','))
                return TryTake(close);
        }
    }

    readonly char Peek() => (uint)_at < (uint)_json.Length ? (char)_json[_at] : '\0';

    void SkipWhiteSpace()
    {
        while ((uint)_at < (uint)_json.Length && _json[_at] is (byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n')
            _at++;
    }
}
