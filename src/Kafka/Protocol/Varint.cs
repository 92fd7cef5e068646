using System.Buffers;

namespace Tapline.Kafka.Protocol;

/// <summary>Varints as Kafka's records and flexible versions hold them: seven bits a byte, lowest first; signed ones
/// zig-zag (https://kafka.apache.org/protocol#protocol_types).</summary>
static class Varint
{
    /// <summary>The longest varint of 32 bits.</summary>
    public const int BytesMax32 = 5;

    /// <summary>The longest varint of 64 bits.</summary>
    public const int BytesMax64 = 10;

    public static int Read32(scoped ref ReadOnlySpan<byte> rest)
    {
        var raw = ReadUnsigned32(ref rest);
        return unchecked((int)(raw >> 1) ^ -(int)(raw & 1));
    }

    public static long Read64(scoped ref ReadOnlySpan<byte> rest)
    {
        var raw = ReadUnsigned(ref rest, BytesMax64);
        return unchecked((long)(raw >> 1) ^ -(long)(raw & 1));
    }

    public static uint ReadUnsigned32(scoped ref ReadOnlySpan<byte> rest) =>
        unchecked((uint)ReadUnsigned(ref rest, BytesMax32));

    /// <summary>How many bytes <paramref name="value"/> takes as a zig-zag varint.</summary>
    public static int Size(long value) => UnsignedSize(ZigZag(value));

    /// <summary>Writes a zig-zag varint and says how many bytes it took.</summary>
    public static int Write(Span<byte> target, long value) => WriteUnsigned(target, ZigZag(value));

    /// <summary>Writes an unsigned varint and says how many bytes it took.</summary>
    public static int WriteUnsigned(Span<byte> target, ulong value)
    {
        var length = 0;
        for (; value >= 0x80; value >>= 7)
            target[length++] = (byte)((value & 0x7F) | 0x80);
        target[length++] = (byte)value;
        return length;
    }

    /// <summary>Appends a zig-zag varint.</summary>
    public static void Write(IBufferWriter<byte> output, long value) =>
        output.Advance(Write(output.GetSpan(BytesMax64), value));

    static ulong ReadUnsigned(scoped ref ReadOnlySpan<byte> rest, int bytesMax)
    {
        ulong raw = 0;
        for (var i = 0; i < bytesMax; i++)
        {
            if (i >= rest.Length)
                throw new MalformedMessageException($"a varint ends after {i} bytes, the last of which says more");
            var next = rest[i];
            raw |= (ulong)(next & 0x7F) << (7 * i);
            if (next < 0x80)
            {
                rest = rest[(i + 1)..];
                return raw;
            }
        }
        throw new MalformedMessageException($"a varint of more than {bytesMax} bytes");
    }

    static ulong ZigZag(long value) => unchecked((ulong)((value << 1) ^ (value >> 63)));

    static int UnsignedSize(ulong value)
    {
        var length = 1;
        for (; value >= 0x80; value >>= 7)
            length++;
        return length;
    }
}
