using System.Buffers.Binary;
using System.Text;

namespace Tapline.Ingest.Mqtt.Packets;

/// <summary>Writes packets one behind the other into memory that grows and is kept.</summary>
sealed class PacketWriter
{
    /// <summary>The largest remaining length that the format can tell.</summary>
    public const int LengthMax = 268_435_455;

    const int HeaderBytesMax = 5;

    byte[] _bytes = [];
    int _packetStart;

    /// <summary>Bytes written.</summary>
    public int Count { get; private set; }

    public ReadOnlyMemory<byte> Written => _bytes.AsMemory(0, Count);

    /// <summary>Begins a packet; its body follows, then <see cref="End(PacketType)"/>.</summary>
    public void Begin()
    {
        _packetStart = Count;
        Reserve(HeaderBytesMax);
        Count += HeaderBytesMax;
    }

    /// <summary>Puts the fixed header before the body and returns the size of the whole packet.</summary>
    public int End(PacketType type) => End(type, PacketFlags.Of(type));

    /// <summary>The same with flags of its own.</summary>
    public int End(PacketType type, byte flags)
    {
        var bodyStart = _packetStart + HeaderBytesMax;
        var bodyLength = Count - bodyStart;
        if (bodyLength > LengthMax)
            throw new InvalidOperationException($"a packet of {bodyLength} bytes is over the limit of {LengthMax}");
        var headerLength = 1 + VarintLength(bodyLength);
        _bytes.AsSpan(bodyStart, bodyLength).CopyTo(_bytes.AsSpan(_packetStart + headerLength));
        Count = _packetStart;
        WriteByte((byte)((int)type << 4 | flags));
        WriteVarint(bodyLength);
        Count += bodyLength;
        return headerLength + bodyLength;
    }

    /// <summary>Takes the last packet back.</summary>
    public void Undo() => Count = _packetStart;

    /// <summary>Forgets what was written; lets go memory beyond <paramref name="keptBytesMax"/>.</summary>
    public void Clear(int keptBytesMax = int.MaxValue)
    {
        Count = 0;
        if (_bytes.Length > keptBytesMax)
            _bytes = [];
    }

    public void WriteByte(byte value)
    {
        Reserve(1)[0] = value;
        Count++;
    }

    public void WriteUInt16(ushort value)
    {
        BinaryPrimitives.WriteUInt16BigEndian(Reserve(sizeof(ushort)), value);
        Count += sizeof(ushort);
    }

    public void WriteUInt32(uint value)
    {
        BinaryPrimitives.WriteUInt32BigEndian(Reserve(sizeof(uint)), value);
        Count += sizeof(uint);
    }

    public void WriteVarint(int value)
    {
        var room = Reserve(4);
        var length = 0;
        for (; value >= 0x80; value >>= 7)
            room[length++] = (byte)(value & 0x7F | 0x80);
        room[length++] = (byte)value;
        Count += length;
    }

    public void WriteBinary(ReadOnlySpan<byte> value)
    {
        if (value.Length > ushort.MaxValue)
            throw new ArgumentException($"{value.Length} bytes do not fit a field of {ushort.MaxValue}", nameof(value));
        WriteUInt16((ushort)value.Length);
        WriteRaw(value);
    }

    public void WriteString(string value)
    {
        var length = Encoding.UTF8.GetByteCount(value);
        if (length > ushort.MaxValue)
            throw new ArgumentException($"{length} bytes do not fit a text of {ushort.MaxValue}", nameof(value));
        WriteUInt16((ushort)length);
        Count += Encoding.UTF8.GetBytes(value, Reserve(length));
    }

    public void WriteRaw(ReadOnlySpan<byte> value)
    {
        value.CopyTo(Reserve(value.Length));
        Count += value.Length;
    }

    /// <summary>How many bytes a number takes.</summary>
    public static int VarintLength(int value) => value switch
    {
        < 1 << 7 => 1,
        < 1 << 14 => 2,
        < 1 << 21 => 3,
        _ => 4,
    };

    Span<byte> Reserve(int size)
    {
        if (_bytes.Length - Count < size)
            Array.Resize(ref _bytes, (int)Math.Clamp(Count * 2L, Math.Max(Count + (long)size, 64), Array.MaxLength));
        return _bytes.AsSpan(Count);
    }
}
