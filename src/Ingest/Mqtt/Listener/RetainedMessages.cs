using Tapline.Ingest.Mqtt.Packets;

namespace Tapline.Ingest.Mqtt.Listener;

/// <summary>The newest retained message of each topic. Not thread-safe.</summary>
sealed class RetainedMessages(int topicsMax)
{
    readonly Dictionary<string, DatedMessage> _messages = new(StringComparer.Ordinal);

    /// <summary>Keeps a message, or forgets its topic's when it is empty. False when there is no room.</summary>
    public bool Set(DatedMessage dated)
    {
        var topic = dated.Message.Topic;
        if (dated.Message.Payload.IsEmpty)
            _messages.Remove(topic);
        else if (_messages.Count < topicsMax || _messages.ContainsKey(topic))
            _messages[topic] = dated;
        else
            return false;
        return true;
    }

    /// <summary>Those whose topic fits a filter.</summary>
    public IEnumerable<DatedMessage> Find(string filter) =>
        filter.AsSpan().ContainsAny('+', '#')
            ? _messages.Values.Where(dated => TopicFilter.Matches(filter, dated.Message.Topic))
            : _messages.TryGetValue(filter, out var only) ? [only] : [];
}

/// <summary>A message and when it came, from which its expiry counts.</summary>
sealed record DatedMessage(MqttMessage Message, DateTimeOffset ReceivedAt)
{
    /// <summary>The message as it is delivered now: with what is left of its life; null when that is over.</summary>
    public MqttMessage? At(DateTimeOffset now)
    {
        if (Message.Properties.Number(PropertyId.MessageExpirySeconds) is not { } seconds)
            return Message;
        var left = seconds - (now - ReceivedAt).TotalSeconds;
        if (left <= 0)
            return null;
        return Message with
        {
            Properties = new([.. Message.Properties.Select(property =>
                property.Id == PropertyId.MessageExpirySeconds ? property with { Number = (uint)left } : property)]),
        };
    }
}
