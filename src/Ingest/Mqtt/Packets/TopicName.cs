namespace Tapline.Ingest.Mqtt.Packets;

/// <summary>Rules of topic names (MQTT 5, 4.7).</summary>
static class TopicName
{
    /// <summary>Throws for a name that no message may have.</summary>
    public static void Check(string topic)
    {
        if (topic.Length == 0)
            throw new MalformedPacketException(ReasonCode.TopicNameInvalid, "an empty topic name");
        if (topic.AsSpan().ContainsAny('+', '#'))
            throw new MalformedPacketException(ReasonCode.TopicNameInvalid, "a topic name with a wildcard");
    }
}
