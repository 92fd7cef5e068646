using System.Buffers;

namespace Tapline.Ingest.Mqtt.Packets;

/// <summary>Cuts packets out of a stream of bytes and reads them.</summary>
static class PacketCodec
{
    /// <summary>Takes the next packet off the front; null while it is not there whole. Before the first CONNECT the
    /// version does not matter.</summary>
    /// <param name="bytes">What has arrived; begins behind the packet afterwards.</param>
    /// <param name="version">The version of the connection.</param>
    /// <param name="bytesMax">The largest packet that is taken, header and all.</param>
    public static IMqttPacket? TryRead(ref ReadOnlySequence<byte> bytes, MqttVersion version, int bytesMax)
    {
        var header = new SequenceReader<byte>(bytes);
        if (!header.TryRead(out var first) || !TryReadLength(ref header, out var length))
            return null;
        var size = header.Consumed + length;
        if (size > bytesMax)
        {
            throw new MalformedPacketException(
                ReasonCode.PacketTooLarge, $"a packet of {size} bytes; at most {bytesMax} are taken");
        }
        if (header.Remaining < length)
            return null;
        var body = bytes.Slice(header.Position, length);
        var packet = body.IsSingleSegment
            ? Read(first, body.FirstSpan, version)
            : Read(first, body.ToArray(), version);
        bytes = bytes.Slice(body.End);
        return packet;
    }

    /// <summary>Reads a packet from its first byte and all behind its length.</summary>
    public static IMqttPacket Read(byte first, ReadOnlySpan<byte> body, MqttVersion version)
    {
        var type = (PacketType)(first >> 4);
        var flags = (byte)(first & 0x0F);
        var wanted = PacketFlags.Of(type);
        if (type != PacketType.Publish && flags != wanted)
            throw MalformedPacketException.Malformed($"flags {flags} of {type}; wanted {wanted}");
        var reader = new PacketReader(body);
        IMqttPacket packet = type switch
        {
            PacketType.Connect => ConnectPacket.Read(ref reader),
            PacketType.Connack => ConnackPacket.Read(ref reader, version),
            PacketType.Publish => PublishPacket.Read(flags, ref reader, version),
            PacketType.Puback or PacketType.Pubrec or PacketType.Pubrel or PacketType.Pubcomp =>
                AcknowledgePacket.Read(type, ref reader, version),
            PacketType.Subscribe => SubscribePacket.Read(ref reader, version),
            PacketType.Suback => SubackPacket.Read(ref reader, version),
            PacketType.Unsubscribe => UnsubscribePacket.Read(ref reader, version),
            PacketType.Unsuback => UnsubackPacket.Read(ref reader, version),
            PacketType.Pingreq => PingPacket.Request,
            PacketType.Pingresp => PingPacket.Response,
            PacketType.Disconnect => DisconnectPacket.Read(ref reader, version),
            PacketType.Auth => AuthPacket.Read(ref reader, version),
            _ => throw MalformedPacketException.Malformed("packet type 0"),
        };
        return reader.Remaining == 0
            ? packet
            : throw MalformedPacketException.Malformed($"{reader.Remaining} bytes behind the end of {type}");
    }

    static bool TryReadLength(ref SequenceReader<byte> header, out int length)
    {
        length = 0;
        for (var shift = 0; shift < 28; shift += 7)
        {
            if (!header.TryRead(out var next))
                return false;
            length |= (next & 0x7F) << shift;
            if (next < 0x80)
                return true;
        }
        throw MalformedPacketException.Malformed("the length of a packet has more than 4 bytes");
    }
}
