using System.Runtime.CompilerServices;

namespace Tapline.Lakehouse.Parquet;

/// <summary>Bytes that grow at the end and are reused after <see cref="Clear"/>.</summary>
sealed class ByteBuffer
{
    byte[] _bytes = [];

    public int Count { get; private set; }

    public ReadOnlySpan<byte> Written => _bytes.AsSpan(0, Count);

    public ReadOnlyMemory<byte> WrittenMemory => _bytes.AsMemory(0, Count);

    /// <summary>Room for at least <paramref name="size"/> bytes at the end; they count after
    /// <see cref="Advance"/>.</summary>
    public Span<byte> Reserve(int size)
    {
        if (_bytes.Length - Count < size)
            Grow(size);
        return _bytes.AsSpan(Count);
    }

    public void Advance(int size)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)size, (uint)(_bytes.Length - Count));
        Count += size;
    }

    public void Write(ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(Reserve(bytes.Length));
        Count += bytes.Length;
    }

    public void WriteByte(byte value)
    {
        Reserve(1)[0] = value;
        Count++;
    }

    /// <summary>ULEB128: seven bits a byte, lowest first.</summary>
    public void WriteVarint(ulong value)
    {
        var room = Reserve(10);
        var length = 0;
        for (; value >= 0x80; value >>= 7)
            room[length++] = (byte)(value & 0x7F | 0x80);
        room[length++] = (byte)value;
        Count += length;
    }

    /// <summary>A signed number, its sign folded into the lowest bit so that small ones stay short.</summary>
    public void WriteZigzag(long value) => WriteVarint(unchecked((ulong)(value << 1 ^ value >> 63)));

    /// <summary>Bytes already written, to be set after the fact.</summary>
    public Span<byte> At(int position, int size) => _bytes.AsSpan(0, Count).Slice(position, size);

    public void Clear() => Count = 0;

    [MethodImpl(MethodImplOptions.NoInlining)]
    void Grow(int size)
    {
        var wanted = (long)Count + size;
        if (wanted > Array.MaxLength)
            throw new InvalidOperationException($"a Parquet file or page of {wanted} bytes is over the 2 GiB limit");
        Array.Resize(ref _bytes, (int)Math.Clamp(Count * 2L, Math.Max(wanted, 256), Array.MaxLength));
    }
}
