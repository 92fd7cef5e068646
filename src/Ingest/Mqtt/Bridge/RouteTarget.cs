using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using Tapline.Contracts.Log;
using Tapline.Ingest.Mqtt.Packets;

namespace Tapline.Ingest.Mqtt.Bridge;

/// <summary>Where the messages of one MQTT topic go, made once a topic.</summary>
sealed class RouteTarget
{
    const string ReceivedAt = "received_at";
    const int HeaderKinds = 12; // three QoS, retained or not, duplicate or not

    static readonly byte[][] Digits = [[(byte)'0'], [(byte)'1'], [(byte)'2']];

    readonly EventHeader[]?[] _headers = new EventHeader[HeaderKinds][];
    readonly byte[] _mqttTopic;
    readonly byte[] _bridgeId;
    readonly ImmutableArray<KeyValuePair<string, string>> _fields;

    public RouteTarget(string mqttTopic, RouteMatch? match, MqttBridgeOptions options)
    {
        _mqttTopic = Encoding.UTF8.GetBytes(mqttTopic);
        _bridgeId = Encoding.UTF8.GetBytes(options.BridgeId);
        Reason = match is null ? DeadLetterReason.UnknownTopic
            : match.Stream is null ? DeadLetterReason.UnknownStream
            : null;
        Topic = Reason is null ? options.TopicOf(match!.Stream!) : options.DeadLetterTopic;
        Key = Encoding.UTF8.GetBytes(match?.Key ?? mqttTopic);
        Partition = match is null
            ? Murmur2.Partition(Key, options.Partitions)
            : Murmur2.Partition(Encoding.UTF8.GetBytes(match.Tenant), options.Partitions);
        _fields = match?.Fields ?? [];
        Suffix = MakeSuffix(_fields);
    }

    /// <summary>Why no message of this topic is of use; null when they are.</summary>
    public string? Reason { get; }

    public string Topic { get; }

    public byte[] Key { get; }

    public int Partition { get; }

    /// <summary>What is put behind the fields of a payload, up to where the time of receipt goes.</summary>
    public byte[] Suffix { get; }

    /// <summary>Whether a name is one of the suffix.</summary>
    public bool Tells(string name) => name == ReceivedAt || _fields.Any(field => field.Key == name);

    /// <summary>Whether the name that the reader stands at is one of the suffix.</summary>
    public bool Tells(ref Utf8JsonReader reader)
    {
        foreach (var field in _fields)
        {
            if (reader.ValueTextEquals(field.Key))
                return true;
        }
        return reader.ValueTextEquals(ReceivedAt);
    }

    /// <summary>The headers of a message.</summary>
    public EventHeader[] Headers(DeviceMessage device)
    {
        var (message, isDuplicate) = (device.Message, device.IsDuplicate);
        var kind = (int)message.Qos * 4 + (message.IsRetained ? 2 : 0) + (isDuplicate ? 1 : 0);
        return _headers[kind] ??=
        [
            new("mqtt_topic", _mqttTopic),
            new("mqtt_qos", Digits[(int)message.Qos]),
            new("mqtt_retain", Digits[message.IsRetained ? 1 : 0]),
            new("mqtt_dup", Digits[isDuplicate ? 1 : 0]),
            new("bridge_id", _bridgeId),
        ];
    }

    static byte[] MakeSuffix(ImmutableArray<KeyValuePair<string, string>> fields)
    {
        var text = new StringBuilder();
        foreach (var (name, value) in fields)
            text.Append(Quoted(name)).Append(':').Append(Quoted(value)).Append(',');
        return Encoding.UTF8.GetBytes(text.Append(Quoted(ReceivedAt)).Append(":\"").ToString());
    }

    static string Quoted(string text) => $"\"{JsonEncodedText.Encode(text)}\"";
}
