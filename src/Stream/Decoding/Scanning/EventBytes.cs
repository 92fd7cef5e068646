namespace Tapline.Streaming.Decoding.Scanning;

/// <summary>A copy of a record's value and key with zeros behind each of them. No JSON contains a zero byte, so a
/// scanner over the copy stops at the latest there without comparing positions, and may load
/// <see cref="Padding"/> bytes from wherever it stands.</summary>
sealed class EventBytes
{
    /// <summary>How many zeros follow: two of the widest loads.</summary>
    public const int Padding = 64;

    const int KeptMax = 1 << 20; // A larger buffer serves one event only, so that a rare one holds no memory.

    byte[] _kept = new byte[4096];
    byte[] _bytes = [];
    int _valueLength;
    int _keyStart;
    int _keyLength;

    /// <summary>The value, with its padding behind the span.</summary>
    public ReadOnlySpan<byte> Value => _bytes.AsSpan(0, _valueLength);

    /// <summary>The key, with its padding behind the span.</summary>
    public ReadOnlySpan<byte> Key => _bytes.AsSpan(_keyStart, _keyLength);

    /// <summary>Copies a record in place of the former one.</summary>
    public void Set(ReadOnlySpan<byte> value, ReadOnlySpan<byte> key)
    {
        var length = value.Length + key.Length + 2 * Padding;
        if (_kept.Length < length && length <= KeptMax)
            _kept = new byte[Math.Max(length, _kept.Length * 2)];
        _bytes = length <= KeptMax ? _kept : new byte[length];
        value.CopyTo(_bytes);
        _bytes.AsSpan(value.Length, Padding).Clear();
        _valueLength = value.Length;
        _keyStart = value.Length + Padding;
        _keyLength = key.Length;
        key.CopyTo(_bytes.AsSpan(_keyStart));
        _bytes.AsSpan(_keyStart + key.Length, Padding).Clear();
    }

    /// <summary>Lets go of a buffer that is too large to keep.</summary>
    public void Release() => _bytes = _kept;
}
