namespace Tapline.Ingest.Mqtt.Packets;

/// <summary>How a property is written.</summary>
enum PropertyForm
{
    Byte,
    UInt16,
    UInt32,
    Varint,
    Text,
    Binary,
    TextPair,
}

/// <summary>What the protocol says of a property: its form, where it may stand, and the numbers it may have
/// (MQTT 5, table 2-4).</summary>
readonly record struct PropertyRule(PropertyForm Form, int Packets, uint Min = 0, uint Max = uint.MaxValue)
{
    /// <summary>The place of a will's properties, which are in no packet of their own.</summary>
    public const PacketType Will = 0;

    const int Anywhere = -1;

    static readonly PropertyRule[] Rules = Make();

    /// <summary>The rule; throws for a number that is no property.</summary>
    public static PropertyRule Of(PropertyId id) =>
        (int)id < Rules.Length && Rules[(int)id].Packets != 0
            ? Rules[(int)id]
            : throw MalformedPacketException.Malformed($"0x{(byte)id:X2} is no property");

    /// <summary>Whether it may stand in a packet.</summary>
    public bool Allows(PacketType type) => (Packets >> (int)type & 1) != 0;

    static PropertyRule[] Make()
    {
        var rules = new PropertyRule[0x2B];
        void Add(PropertyId id, PropertyForm form, int packets, uint min = 0, uint max = uint.MaxValue) =>
            rules[(int)id] = new PropertyRule(form, packets, min, max);
        void Flag(PropertyId id, int packets) => Add(id, PropertyForm.Byte, packets, 0, 1);
        var connect = In(PacketType.Connect);
        var connack = In(PacketType.Connack);
        var message = In(PacketType.Publish) | In(Will);
        var authentication = connect | connack | In(PacketType.Auth);
        Flag(PropertyId.PayloadFormat, message);
        Add(PropertyId.MessageExpirySeconds, PropertyForm.UInt32, message);
        Add(PropertyId.ContentType, PropertyForm.Text, message);
        Add(PropertyId.ResponseTopic, PropertyForm.Text, message);
        Add(PropertyId.CorrelationData, PropertyForm.Binary, message);
        Add(PropertyId.SubscriptionIdentifier, PropertyForm.Varint,
            In(PacketType.Publish) | In(PacketType.Subscribe), 1, PacketWriter.LengthMax);
        Add(PropertyId.SessionExpirySeconds, PropertyForm.UInt32, connect | connack | In(PacketType.Disconnect));
        Add(PropertyId.AssignedClientIdentifier, PropertyForm.Text, connack);
        Add(PropertyId.ServerKeepAliveSeconds, PropertyForm.UInt16, connack);
        Add(PropertyId.AuthenticationMethod, PropertyForm.Text, authentication);
        Add(PropertyId.AuthenticationData, PropertyForm.Binary, authentication);
        Flag(PropertyId.RequestProblemInformation, connect);
        Add(PropertyId.WillDelaySeconds, PropertyForm.UInt32, In(Will));
        Flag(PropertyId.RequestResponseInformation, connect);
        Add(PropertyId.ResponseInformation, PropertyForm.Text, connack);
        Add(PropertyId.ServerReference, PropertyForm.Text, connack | In(PacketType.Disconnect));
        Add(PropertyId.ReasonText, PropertyForm.Text, connack | In(PacketType.Puback) | In(PacketType.Pubrec)
            | In(PacketType.Pubrel) | In(PacketType.Pubcomp) | In(PacketType.Suback) | In(PacketType.Unsuback)
            | In(PacketType.Disconnect) | In(PacketType.Auth));
        Add(PropertyId.ReceiveMax, PropertyForm.UInt16, connect | connack, 1);
        Add(PropertyId.TopicAliasMax, PropertyForm.UInt16, connect | connack);
        Add(PropertyId.TopicAlias, PropertyForm.UInt16, In(PacketType.Publish), 1);
        Flag(PropertyId.QosMax, connack);
        Flag(PropertyId.RetainAvailable, connack);
        Add(PropertyId.UserProperty, PropertyForm.TextPair, Anywhere);
        Add(PropertyId.PacketBytesMax, PropertyForm.UInt32, connect | connack, 1);
        Flag(PropertyId.WildcardsAvailable, connack);
        Flag(PropertyId.SubscriptionIdentifiersAvailable, connack);
        Flag(PropertyId.SharedSubscriptionsAvailable, connack);
        return rules;
    }

    static int In(PacketType type) => 1 << (int)type;
}
