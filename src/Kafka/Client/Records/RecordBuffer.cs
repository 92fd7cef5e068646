using System.Buffers;

namespace Tapline.Kafka.Client.Records;

/// <summary>Memory that decompressed records are put into, one batch behind the other. Growing moves it into a new
/// array: who holds memory of the old one keeps that alive and unchanged.</summary>
sealed class RecordBuffer : IBufferWriter<byte>
{
    const int LengthMin = 64 << 10;

    byte[] _bytes = [];

    /// <summary>How many bytes are filled.</summary>
    public int Count { get; private set; }

    /// <summary>The filled bytes.</summary>
    public ReadOnlyMemory<byte> Written => _bytes.AsMemory(0, Count);

    /// <summary>Filled bytes from a position on and room for <paramref name="room"/> more, in one piece.</summary>
    public Span<byte> From(int start, int room)
    {
        Reserve(room);
        return _bytes.AsSpan(start, Count - start + room);
    }

    /// <inheritdoc/>
    public Span<byte> GetSpan(int sizeHint = 0)
    {
        Reserve(Math.Max(1, sizeHint));
        return _bytes.AsSpan(Count);
    }

    /// <inheritdoc/>
    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        Reserve(Math.Max(1, sizeHint));
        return _bytes.AsMemory(Count);
    }

    /// <inheritdoc/>
    public void Advance(int count)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, _bytes.Length - Count);
        Count += count;
    }

    /// <summary>Forgets the bytes and keeps the memory, unless it is larger than <paramref name="keepMax"/>.</summary>
    public void Clear(int keepMax = int.MaxValue)
    {
        Count = 0;
        if (_bytes.Length > keepMax)
            _bytes = [];
    }

    void Reserve(int room)
    {
        if (_bytes.Length - Count >= room)
            return;
        var grown = new byte[Math.Max(Math.Max(LengthMin, Count + room), _bytes.Length + (_bytes.Length >> 1))];
        _bytes.AsSpan(0, Count).CopyTo(grown);
        _bytes = grown;
    }
}
