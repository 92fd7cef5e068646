using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace Tapline.Kafka.Protocol;

/// <summary>Writes the primitive types of Kafka's protocol to any buffer.</summary>
readonly struct WireWriter(IBufferWriter<byte> output)
{
    public void WriteInt8(sbyte value) => WriteByte(unchecked((byte)value));

    public void WriteBool(bool value) => WriteByte(value ? (byte)1 : (byte)0);

    public void WriteInt16(short value)
    {
        BinaryPrimitives.WriteInt16BigEndian(output.GetSpan(sizeof(short)), value);
        output.Advance(sizeof(short));
    }

    public void WriteError(KafkaError error) => WriteInt16((short)error);

    public void WriteInt32(int value)
    {
        BinaryPrimitives.WriteInt32BigEndian(output.GetSpan(sizeof(int)), value);
        output.Advance(sizeof(int));
    }

    public void WriteUInt32(uint value)
    {
        BinaryPrimitives.WriteUInt32BigEndian(output.GetSpan(sizeof(uint)), value);
        output.Advance(sizeof(uint));
    }

    public void WriteInt64(long value)
    {
        BinaryPrimitives.WriteInt64BigEndian(output.GetSpan(sizeof(long)), value);
        output.Advance(sizeof(long));
    }

    /// <summary>A string with its length in 16 bits; null is written as length -1.</summary>
    public void WriteString(string? value)
    {
        if (value is null)
        {
            WriteInt16(-1);
            return;
        }
        var length = Encoding.UTF8.GetByteCount(value);
        WriteInt16(checked((short)length));
        output.Advance(Encoding.UTF8.GetBytes(value, output.GetSpan(length)));
    }

    /// <summary>Bytes with their length in 32 bits.</summary>
    public void WriteBytes(ReadOnlySpan<byte> value)
    {
        WriteInt32(value.Length);
        WriteRaw(value);
    }

    /// <summary>The count of an array; its elements follow.</summary>
    public void WriteCount(int count) => WriteInt32(count);

    /// <summary>An unsigned varint, as flexible versions write their lengths.</summary>
    public void WriteUnsignedVarint(uint value) =>
        output.Advance(Varint.WriteUnsigned(output.GetSpan(Varint.BytesMax32), value));

    /// <summary>A zig-zag varint.</summary>
    public void WriteVarint(long value) => Varint.Write(output, value);

    /// <summary>A string of a flexible version.</summary>
    public void WriteCompactString(string value)
    {
        var length = Encoding.UTF8.GetByteCount(value);
        WriteUnsignedVarint((uint)length + 1);
        output.Advance(Encoding.UTF8.GetBytes(value, output.GetSpan(length)));
    }

    /// <summary>The end of a structure of a flexible version that carries no tagged field.</summary>
    public void WriteNoTaggedFields() => WriteByte(0);

    /// <summary>Bytes without a length.</summary>
    public void WriteRaw(ReadOnlySpan<byte> value) => output.Write(value);

    void WriteByte(byte value)
    {
        output.GetSpan(1)[0] = value;
        output.Advance(1);
    }
}
