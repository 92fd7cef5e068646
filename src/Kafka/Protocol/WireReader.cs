using System.Buffers.Binary;
using System.Text;

namespace Tapline.Kafka.Protocol;

/// <summary>Reads the primitive types of Kafka's protocol (https://kafka.apache.org/protocol#protocol_types). Every
/// length and count is checked against the bytes that are left before anything is sized by it.</summary>
ref struct WireReader(ReadOnlySpan<byte> message)
{
    ReadOnlySpan<byte> _rest = message;

    /// <summary>How many bytes have not been read.</summary>
    public readonly int Remaining => _rest.Length;

    public byte ReadByte() => Take(1)[0];

    public sbyte ReadInt8() => unchecked((sbyte)Take(1)[0]);

    public bool ReadBool() => Take(1)[0] != 0;

    public short ReadInt16() => BinaryPrimitives.ReadInt16BigEndian(Take(sizeof(short)));

    public int ReadInt32() => BinaryPrimitives.ReadInt32BigEndian(Take(sizeof(int)));

    public uint ReadUInt32() => BinaryPrimitives.ReadUInt32BigEndian(Take(sizeof(uint)));

    public long ReadInt64() => BinaryPrimitives.ReadInt64BigEndian(Take(sizeof(long)));

    /// <summary>A string that must not be null.</summary>
    public string ReadString() =>
        ReadNullableString() ?? throw new MalformedMessageException("a null string where a string is wanted");

    public string? ReadNullableString()
    {
        var length = ReadInt16();
        return length switch
        {
            -1 => null,
            < 0 => throw new MalformedMessageException($"a string of length {length}"),
            _ => Encoding.UTF8.GetString(Take(length)),
        };
    }

    /// <summary>Bytes that must not be null, in place.</summary>
    public ReadOnlySpan<byte> ReadBytes()
    {
        var length = ReadInt32();
        return length < 0 ? throw new MalformedMessageException($"bytes of length {length}") : Take(length);
    }

    /// <summary>Bytes in place; null reads as empty.</summary>
    public ReadOnlySpan<byte> ReadNullableBytes()
    {
        var length = ReadInt32();
        return length switch
        {
            -1 => default,
            < 0 => throw new MalformedMessageException($"bytes of length {length}"),
            _ => Take(length),
        };
    }

    /// <summary>The count of an array that must not be null.</summary>
    /// <param name="elementBytesMin">The least that one element takes on the wire: it bounds a count that lies.</param>
    public int ReadCount(int elementBytesMin)
    {
        var count = ReadNullableCount(elementBytesMin);
        return count >= 0 ? count : throw new MalformedMessageException("a null array where an array is wanted");
    }

    /// <summary>The count of an array; -1 stands for null.</summary>
    /// <param name="elementBytesMin">The least that one element takes on the wire: it bounds a count that lies.</param>
    public int ReadNullableCount(int elementBytesMin)
    {
        var count = ReadInt32();
        if (count < -1 || (long)count * elementBytesMin > _rest.Length)
            throw new MalformedMessageException($"an array of {count} elements in {_rest.Length} bytes");
        return count;
    }

    /// <summary>A zig-zag varint of at most 5 bytes.</summary>
    public int ReadVarint() => Varint.Read32(ref _rest);

    /// <summary>A zig-zag varint of at most 10 bytes.</summary>
    public long ReadVarlong() => Varint.Read64(ref _rest);

    /// <summary>An unsigned varint of at most 5 bytes, as flexible versions write their lengths.</summary>
    public uint ReadUnsignedVarint() => Varint.ReadUnsigned32(ref _rest);

    /// <summary>A string of a flexible version: its length plus one as an unsigned varint; 0 stands for null.</summary>
    public string? ReadCompactString()
    {
        var length = ReadUnsignedVarint();
        return length == 0 ? null : Encoding.UTF8.GetString(Take(checked((int)Math.Min(length - 1, int.MaxValue))));
    }

    /// <summary>Passes over the tagged fields of a flexible version.</summary>
    public void SkipTaggedFields()
    {
        for (var left = ReadUnsignedVarint(); left > 0; left--)
        {
            ReadUnsignedVarint();
            Take((int)Math.Min(ReadUnsignedVarint(), int.MaxValue));
        }
    }

    /// <summary>The next <paramref name="count"/> bytes, in place.</summary>
    public ReadOnlySpan<byte> Take(int count)
    {
        if (count < 0 || count > _rest.Length)
            throw new MalformedMessageException($"{count} bytes wanted, {_rest.Length} left");
        var taken = _rest[..count];
        _rest = _rest[count..];
        return taken;
    }
}
