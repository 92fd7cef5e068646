using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Tapline.Streaming.Decoding.Scanning;

/// <summary>Walks over a JSON document from field to field. Every method answers no for what is not well-formed JSON,
/// and for what it leaves to the plain decoder: escaped names and deep nesting. Nothing is accepted that
/// <see cref="System.Text.Json.Utf8JsonReader"/> would refuse.</summary>
/// <remarks>The document is part of an <see cref="EventBytes"/>. Only bytes that are not zero are ever taken, and the
/// ones behind the end are: so the position never leaves the document, and no load leaves the padding. This is why
/// neither is checked.</remarks>
ref struct JsonScanner(ReadOnlySpan<byte> padded)
{
    /// <summary>What <see cref="NextField"/> answers for the closing brace.</summary>
    public const int End = -1;

    /// <summary>What <see cref="NextField"/> answers for what it does not take.</summary>
    public const int Malformed = -2;

    const int DepthMax = 16; // The plain decoder's limit is 64.

    readonly ref byte _json = ref MemoryMarshal.GetReference(padded);
    readonly int _length = padded.Length;
    int _at;

    /// <summary>How many bytes are taken.</summary>
    public readonly int Position => _at;

    /// <summary>The next byte; zero at the end.</summary>
    public readonly byte Current => Unsafe.Add(ref _json, _at);

    /// <summary>The next bytes, at least <see cref="EventBytes.Padding"/> of them.</summary>
    public readonly ref readonly byte Rest => ref Unsafe.Add(ref _json, _at);

    /// <summary>The byte that many further on, at most <see cref="EventBytes.Padding"/> behind one that is not
    /// zero.</summary>
    public readonly ref readonly byte Byte(int offset) => ref Unsafe.Add(ref _json, unchecked(_at + offset));

    /// <summary>The bytes from a position that was passed to the present one.</summary>
    public readonly ReadOnlySpan<byte> Since(int start) => Between(start, _at);

    /// <summary>The bytes between two positions that were passed.</summary>
    public readonly ReadOnlySpan<byte> Between(int start, int end) => Span(start, unchecked(end - start));

    /// <summary>Takes bytes that the caller has looked at; none of them is zero.</summary>
    public void Take(int count) => _at = unchecked(_at + count);

    /// <summary>Takes one punctuation character, after any white space.</summary>
    public bool TryTake(byte wanted)
    {
        if (Current <= ' ')
            SkipWhiteSpace();
        if (Current != wanted)
            return false;
        Take(1);
        return true;
    }

    /// <summary>Whether only white space is left.</summary>
    public bool AtEnd()
    {
        SkipWhiteSpace();
        return _at == _length;
    }

    /// <summary>Takes the comma unless this is the first field, a field's name, its colon and white space; answers
    /// the field's number, or that there is none.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int NextField(FieldOrder order, int previous)
    {
        // The first field has the opening brace where the others have their comma.
        var isFirst = previous == order.Start ? 1 : 0;
        var predicted = order.Next(previous);
        ref readonly var literal = ref order[predicted];
        var found = Vector256.LoadUnsafe(ref Unsafe.Add(ref _json, unchecked(_at - isFirst)));
        var differing = ~Vector256.Equals(found, literal.Bytes).ExtractMostSignificantBits() & literal.Mask;
        if ((differing & ~(uint)isFirst) != 0)
            return FindField(order, previous);
        Take(unchecked(literal.Length - isFirst));
        if (Current <= ' ')
            SkipWhiteSpace();
        return predicted;
    }

    /// <summary>Takes a null.</summary>
    public bool TryNull() => TryWord("null"u8);

    /// <summary>Takes a word of a few letters.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryWord(ReadOnlySpan<byte> word)
    {
        if (!Span(_at, word.Length).SequenceEqual(word))
            return false;
        Take(word.Length);
        return true;
    }

    /// <summary>Takes a value. The text is a string's inside as it is spelled, or all of any other value.</summary>
    public bool TryValue(out JsonKind kind, out ReadOnlySpan<byte> text, out bool escaped)
    {
        escaped = false;
        if (Current <= ' ')
            SkipWhiteSpace();
        var start = _at;
        bool taken;
        switch (Current)
        {
            case (byte)'"':
                kind = JsonKind.String;
                Take(1);
                return TryString(out text, out escaped);
            case (byte)'n':
                kind = JsonKind.Null;
                taken = TryNull();
                break;
            case (byte)'t':
                kind = JsonKind.True;
                taken = TryWord("true"u8);
                break;
            case (byte)'f':
                kind = JsonKind.False;
                taken = TryWord("false"u8);
                break;
            case (byte)'{' or (byte)'[':
                kind = Current == '{' ? JsonKind.Object : JsonKind.Array;
                taken = TrySkip(0);
                break;
            default:
                kind = JsonKind.Number;
                taken = TryNumber();
                break;
        }
        text = Since(start);
        return taken;
    }

    /// <summary>Takes a string that has no escapes; takes nothing else.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryPlainString(out ReadOnlySpan<byte> text)
    {
        text = default;
        if (Current != '"')
            return false;
        var start = unchecked(_at + 1);
        var end = StringStop(start);
        if (Unsafe.Add(ref _json, end) != '"')
            return false;
        text = Span(start, unchecked(end - start));
        _at = unchecked(end + 1);
        return true;
    }

    /// <summary>Takes bytes of any length, if these come next.</summary>
    public bool TryTake(ReadOnlySpan<byte> wanted)
    {
        if (wanted.Length > _length - _at || !Span(_at, wanted.Length).SequenceEqual(wanted))
            return false;
        Take(wanted.Length);
        return true;
    }

    /// <summary>Takes fields that stood in an earlier document, if they stand here too. They are whole here, as the
    /// last value is where it ends at the same place.</summary>
    public bool TryRepeat(ReadOnlySpan<byte> fields)
    {
        var start = _at;
        if (fields.IsEmpty || !TryTake(fields))
            return false;
        if (Current is (byte)',' or (byte)'}')
            return true;
        _at = start;
        return false;
    }

    int FindField(FieldOrder order, int previous)
    {
        if (Current <= ' ')
            SkipWhiteSpace();
        if (previous != order.Start)
        {
            if (Current == '}')
            {
                Take(1);
                return End;
            }
            if (!TryTake((byte)','))
                return Malformed;
        }
        if (!TryTake((byte)'"') || !TryString(out var name, out var escaped) || escaped || !TryTake((byte)':'))
            return Malformed;
        SkipWhiteSpace();
        return order.Find(name, previous);
    }

    /// <summary>The rest of a string after its quote.</summary>
    bool TryString(out ReadOnlySpan<byte> text, out bool escaped)
    {
        var start = _at;
        escaped = false;
        while (true)
        {
            _at = StringStop(_at);
            if (Current == '"')
            {
                text = Since(start);
                Take(1);
                return true;
            }
            if (Current != '\\' || !TryEscape())
                break;
            escaped = true;
        }
        text = default;
        return false;
    }

    /// <summary>What ends the plain part of a string: the quote, an escape, or a control character, which is
    /// malformed. The padding is one.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    readonly int StringStop(int at)
    {
        while (true)
        {
            var bytes = Vector256.LoadUnsafe(ref Unsafe.Add(ref _json, at));
            var stops = Vector256.Equals(bytes, Vector256.Create((byte)'"')) |
                Vector256.Equals(bytes, Vector256.Create((byte)'\\')) |
                Vector256.LessThan(bytes, Vector256.Create((byte)' '));
            var mask = stops.ExtractMostSignificantBits();
            if (mask != 0)
                return unchecked(at + BitOperations.TrailingZeroCount(mask));
            at = unchecked(at + Vector256<byte>.Count);
        }
    }

    bool TryEscape()
    {
        Take(1);
        if (Current != 'u')
        {
            if (!"\"\\/bfnrt"u8.Contains(Current))
                return false;
            Take(1);
            return true;
        }
        Take(1);
        for (var i = 0; i < 4; i++)
        {
            if (!char.IsAsciiHexDigit((char)Current))
                return false;
            Take(1);
        }
        return true;
    }

    /// <summary><c>[-] (0 | 1-9 digits) [. digits] [(e|E) [+|-] digits]</c>, as in
    /// https://www.rfc-editor.org/rfc/rfc8259#section-6.</summary>
    bool TryNumber()
    {
        if (Current == '-')
            Take(1);
        var whole = _at;
        if (!TryDigits() || (Unsafe.Add(ref _json, whole) == '0' && _at > whole + 1))
            return false;
        if (Current == '.')
        {
            Take(1);
            if (!TryDigits())
                return false;
        }
        if (Current is (byte)'e' or (byte)'E')
        {
            Take(1);
            if (Current is (byte)'+' or (byte)'-')
                Take(1);
            if (!TryDigits())
                return false;
        }
        return true;
    }

    bool TryDigits()
    {
        var start = _at;
        int count;
        do
        {
            count = DigitWord.Count(DigitWord.Load(in Rest));
            Take(count);
        }
        while (count == 8);
        return _at > start;
    }

    /// <summary>Takes an array or object whole.</summary>
    bool TrySkip(int depth)
    {
        if (depth == DepthMax)
            return false;
        var isObject = Current == '{';
        Take(1);
        var close = isObject ? (byte)'}' : (byte)']';
        if (TryTake(close))
            return true;
        while (true)
        {
            if (isObject && !(TryTake((byte)'"') && TryString(out _, out _) && TryTake((byte)':')))
                return false;
            if (Current <= ' ')
                SkipWhiteSpace();
            var taken = Current is (byte)'{' or (byte)'[' ? TrySkip(depth + 1) : TryValue(out _, out _, out _);
            if (!taken)
                return false;
            if (!TryTake((byte)','))
                return TryTake(close);
        }
    }

    void SkipWhiteSpace()
    {
        while (Current is (byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n')
            Take(1);
    }

    readonly ReadOnlySpan<byte> Span(int start, int length) =>
        MemoryMarshal.CreateReadOnlySpan(ref Unsafe.Add(ref _json, start), length);
}
