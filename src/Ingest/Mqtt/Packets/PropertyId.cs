namespace Tapline.Ingest.Mqtt.Packets;

/// <summary>Properties of version 5 (MQTT 5, 2.2.2.2).</summary>
enum PropertyId : byte
{
    PayloadFormat = 0x01,
    MessageExpirySeconds = 0x02,
    ContentType = 0x03,
    ResponseTopic = 0x08,
    CorrelationData = 0x09,
    SubscriptionIdentifier = 0x0B,
    SessionExpirySeconds = 0x11,
    AssignedClientIdentifier = 0x12,
    ServerKeepAliveSeconds = 0x13,
    AuthenticationMethod = 0x15,
    AuthenticationData = 0x16,
    RequestProblemInformation = 0x17,
    WillDelaySeconds = 0x18,
    RequestResponseInformation = 0x19,
    ResponseInformation = 0x1A,
    ServerReference = 0x1C,
    ReasonText = 0x1F,
    ReceiveMax = 0x21,
    TopicAliasMax = 0x22,
    TopicAlias = 0x23,
    QosMax = 0x24,
    RetainAvailable = 0x25,
    UserProperty = 0x26,
    PacketBytesMax = 0x27,
    WildcardsAvailable = 0x28,
    SubscriptionIdentifiersAvailable = 0x29,
    SharedSubscriptionsAvailable = 0x2A,
}
