using System.Collections;

namespace Tapline.Ingest.Mqtt.Packets;

/// <summary>The properties of a packet of version 5, in their order. Empty in version 3.1.1.</summary>
sealed class MqttProperties(MqttProperty[] properties) : IReadOnlyList<MqttProperty>
{
    /// <summary>No properties.</summary>
    public static MqttProperties None { get; } = new([]);

    public int Count => properties.Length;

    public MqttProperty this[int index] => properties[index];

    /// <summary>The number of a property; null when it is absent.</summary>
    public uint? Number(PropertyId id) => Find(id)?.Number;

    /// <summary>The text of a property; null when it is absent.</summary>
    public string? Text(PropertyId id) => Find(id)?.Text;

    /// <summary>Reads the properties of a packet: none in version 3.1.1, which has no place for them.</summary>
    public static MqttProperties Read(ref PacketReader reader, PacketType type, MqttVersion version)
    {
        if (version != MqttVersion.V5)
            return None;
        var length = reader.ReadVarint("length of the properties");
        if (length == 0)
            return None;
        var rest = new PacketReader(reader.Take(length, "properties"));
        var read = new List<MqttProperty>();
        ulong seen = 0;
        while (rest.Remaining > 0)
        {
            var property = ReadOne(ref rest, type);
            // Only these may come more than once; several subscription identifiers only towards a subscriber.
            var mayRepeat = property.Id == PropertyId.UserProperty
                || property.Id == PropertyId.SubscriptionIdentifier && type == PacketType.Publish;
            var bit = 1UL << (int)property.Id;
            if (!mayRepeat && (seen & bit) != 0)
                throw MalformedPacketException.Protocol($"property {property.Id} of {type} comes twice");
            seen |= bit;
            read.Add(property);
        }
        return new MqttProperties([.. read]);
    }

    /// <summary>Writes the properties behind their length; nothing in version 3.1.1.</summary>
    public void Write(PacketWriter writer, MqttVersion version)
    {
        if (version != MqttVersion.V5)
            return;
        if (Count == 0)
        {
            writer.WriteByte(0);
            return;
        }
        var body = new PacketWriter();
        foreach (var property in properties)
            WriteOne(body, property);
        writer.WriteVarint(body.Count);
        writer.WriteRaw(body.Written.Span);
    }

    public IEnumerator<MqttProperty> GetEnumerator() => ((IEnumerable<MqttProperty>)properties).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    MqttProperty? Find(PropertyId id)
    {
        foreach (var property in properties)
        {
            if (property.Id == id)
                return property;
        }
        return null;
    }

    static MqttProperty ReadOne(ref PacketReader reader, PacketType type)
    {
        var id = (PropertyId)reader.ReadByte("property");
        var rule = PropertyRule.Of(id);
        var name = type == PropertyRule.Will ? "a will" : type.ToString();
        if (!rule.Allows(type))
            throw MalformedPacketException.Protocol($"property {id} is not allowed in {name}");
        var field = id.ToString();
        if (rule.Form == PropertyForm.Binary)
            return new MqttProperty(id, reader.ReadBinary(field).ToArray());
        if (rule.Form is PropertyForm.Text)
            return new MqttProperty(id, reader.ReadString(field));
        if (rule.Form is PropertyForm.TextPair)
        {
            var key = reader.ReadString(field);
            return new MqttProperty(id, reader.ReadString(field), key);
        }
        uint number = rule.Form switch
        {
            PropertyForm.Byte => reader.ReadByte(field),
            PropertyForm.UInt16 => reader.ReadUInt16(field),
            PropertyForm.UInt32 => reader.ReadUInt32(field),
            _ => (uint)reader.ReadVarint(field),
        };
        if (number < rule.Min || number > rule.Max)
        {
            throw MalformedPacketException.Protocol(
                $"property {id} of {name} is {number}; wanted {rule.Min} to {rule.Max}");
        }
        return new MqttProperty(id, number);
    }

    static void WriteOne(PacketWriter writer, in MqttProperty property)
    {
        writer.WriteByte((byte)property.Id);
        switch (PropertyRule.Of(property.Id).Form)
        {
            case PropertyForm.Byte:
                writer.WriteByte(checked((byte)property.Number));
                break;
            case PropertyForm.UInt16:
                writer.WriteUInt16(checked((ushort)property.Number));
                break;
            case PropertyForm.UInt32:
                writer.WriteUInt32(property.Number);
                break;
            case PropertyForm.Varint:
                writer.WriteVarint(checked((int)property.Number));
                break;
            case PropertyForm.Binary:
                writer.WriteBinary(property.Bytes);
                break;
            case PropertyForm.TextPair:
                writer.WriteString(property.Name!);
                writer.WriteString(property.Text!);
                break;
            default:
                writer.WriteString(property.Text!);
                break;
        }
    }
}
