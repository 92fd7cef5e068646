using System.Buffers;
using System.Buffers.Text;
using System.Globalization;

namespace Tapline.Ingest.Postgres.Envelope;

/// <summary>The JSON text of one record, written in place and reused from record to record: grows to the largest
/// record and allocates nothing after that.</summary>
sealed class JsonBuffer
{
    // Everything that JSON wants escaped inside a string: the control characters, the quote and the backslash.
    static readonly SearchValues<byte> _escaped = SearchValues.Create(
        [.. Enumerable.Range(0, 0x20).Select(static i => (byte)i), (byte)'"', (byte)'\\']);

    byte[] _bytes = new byte[16 * 1024];

    public int Length { get; private set; }

    public void Clear() => Length = 0;

    /// <summary>What was written between two lengths. Valid until the next write.</summary>
    public ReadOnlyMemory<byte> Slice(int start, int end) => _bytes.AsMemory(start, end - start);

    public void Append(byte value)
    {
        if (Length == _bytes.Length)
            Grow(1);
        _bytes[Length++] = value;
    }

    public void Append(ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(Reserve(bytes.Length));
        Length += bytes.Length;
    }

    public void AppendNumber(long value)
    {
        const int digitsMax = 20;
        value.TryFormat(Reserve(digitsMax), out var written, provider: CultureInfo.InvariantCulture);
        Length += written;
    }

    /// <summary>Appends a finite number in the shortest digits that read back the same.</summary>
    public void AppendNumber(double value)
    {
        const int lengthMax = 32;
        value.TryFormat(Reserve(lengthMax), out var written, provider: CultureInfo.InvariantCulture);
        Length += written;
    }

    /// <summary>Appends text as a JSON string, quotes included. The text is UTF-8 and goes through unchanged but for
    /// what JSON wants escaped.</summary>
    public void AppendString(ReadOnlySpan<byte> utf8)
    {
        Append((byte)'"');
        AppendEscaped(utf8);
        Append((byte)'"');
    }

    /// <summary>As <see cref="AppendString"/>, without the quotes.</summary>
    public void AppendEscaped(ReadOnlySpan<byte> utf8)
    {
        while (true)
        {
            var plain = utf8.IndexOfAny(_escaped);
            if (plain < 0)
            {
                Append(utf8);
                return;
            }
            Append(utf8[..plain]);
            AppendEscape(utf8[plain]);
            utf8 = utf8[(plain + 1)..];
        }
    }

    /// <summary>Appends bytes as a JSON string of standard base64.</summary>
    public void AppendBase64(ReadOnlySpan<byte> bytes)
    {
        Append((byte)'"');
        Base64.EncodeToUtf8(bytes, Reserve(Base64.GetMaxEncodedToUtf8Length(bytes.Length)), out _, out var written);
        Length += written;
        Append((byte)'"');
    }

    /// <summary>Appends bytes as a JSON string of base64 with <c>-</c> and <c>_</c>, padded.</summary>
    public void AppendBase64UrlSafe(ReadOnlySpan<byte> bytes)
    {
        var start = Length;
        AppendBase64(bytes);
        var text = _bytes.AsSpan(start, Length - start);
        text.Replace((byte)'+', (byte)'-');
        text.Replace((byte)'/', (byte)'_');
    }

    /// <summary>Room for that many bytes after what is written; <see cref="Advance"/> makes them part of it.</summary>
    public Span<byte> Reserve(int count)
    {
        if (_bytes.Length - Length < count)
            Grow(count);
        return _bytes.AsSpan(Length, count);
    }

    public void Advance(int count) => Length += count;

    void AppendEscape(byte value)
    {
        switch (value)
        {
            case (byte)'"': Append("\\\""u8); break;
            case (byte)'\\': Append("\\\\"u8); break;
            case (byte)'\b': Append("\\b"u8); break;
            case (byte)'\t': Append("\\t"u8); break;
            case (byte)'\n': Append("\\n"u8); break;
            case (byte)'\f': Append("\\f"u8); break;
            case (byte)'\r': Append("\\r"u8); break;
            default:
                Append("\\u00"u8);
                Append("0123456789ABCDEF"u8[value >> 4]);
                Append("0123456789ABCDEF"u8[value & 0xF]);
                break;
        }
    }

    void Grow(int count) =>
        Array.Resize(ref _bytes, (int)Math.Min(Array.MaxLength, Math.Max(2L * _bytes.Length, (long)Length + count)));
}
