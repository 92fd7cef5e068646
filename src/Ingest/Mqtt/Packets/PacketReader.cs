using System.Buffers.Binary;
using System.Text;

namespace Tapline.Ingest.Mqtt.Packets;

/// <summary>Reads the types of MQTT (MQTT 5, 1.5) from one packet. Every length is checked against what is left before
/// anything is sized by it.</summary>
ref struct PacketReader(ReadOnlySpan<byte> packet)
{
    static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    readonly int _length = packet.Length;
    ReadOnlySpan<byte> _rest = packet;

    /// <summary>How many bytes have not been read.</summary>
    public readonly int Remaining => _rest.Length;

    /// <summary>How many bytes have been read.</summary>
    public readonly int Position => _length - _rest.Length;

    public byte ReadByte(string field) => Take(1, field)[0];

    public ushort ReadUInt16(string field) => BinaryPrimitives.ReadUInt16BigEndian(Take(sizeof(ushort), field));

    public uint ReadUInt32(string field) => BinaryPrimitives.ReadUInt32BigEndian(Take(sizeof(uint), field));

    /// <summary>A packet identifier, which is never 0.</summary>
    public ushort ReadPacketId()
    {
        var id = ReadUInt16("packet identifier");
        return id != 0 ? id : throw MalformedPacketException.Protocol("packet identifier 0");
    }

    /// <summary>A number of up to 28 bits in at most 4 bytes, seven bits a byte.</summary>
    public int ReadVarint(string field)
    {
        var value = 0;
        for (var shift = 0; shift < 28; shift += 7)
        {
            var next = ReadByte(field);
            value |= (next & 0x7F) << shift;
            if (next < 0x80)
                return next != 0 || shift == 0
                    ? value
                    : throw MalformedPacketException.Malformed($"{field} at byte {Position} is longer than it must be");
        }
        throw MalformedPacketException.Malformed($"{field} at byte {Position} has more than 4 bytes");
    }

    /// <summary>Bytes behind their length, in place.</summary>
    public ReadOnlySpan<byte> ReadBinary(string field) => Take(ReadUInt16(field), field);

    /// <summary>Text behind its length: UTF-8 without U+0000.</summary>
    public string ReadString(string field)
    {
        var bytes = ReadBinary(field);
        if (bytes.Contains((byte)0))
            throw MalformedPacketException.Malformed($"{field} before byte {Position} has a U+0000");
        try
        {
            return Utf8.GetString(bytes);
        }
        catch (DecoderFallbackException fault)
        {
            throw new MalformedPacketException(
                ReasonCode.MalformedPacket, $"{field} before byte {Position} is no UTF-8", fault);
        }
    }

    /// <summary>All that is left, in place.</summary>
    public ReadOnlySpan<byte> ReadRest() => Take(_rest.Length, "rest");

    /// <summary>The next <paramref name="count"/> bytes, in place.</summary>
    public ReadOnlySpan<byte> Take(int count, string field)
    {
        if (count > _rest.Length)
        {
            throw MalformedPacketException.Malformed(
                $"{field} at byte {Position}: {count} bytes wanted, {_rest.Length} left");
        }
        var taken = _rest[..count];
        _rest = _rest[count..];
        return taken;
    }
}
