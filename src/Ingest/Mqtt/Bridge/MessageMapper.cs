using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Tapline.Contracts.Log;

namespace Tapline.Ingest.Mqtt.Bridge;

/// <summary>Makes records of device messages: the payload with what the topic says and when it came, or a dead letter.
/// Not thread-safe.</summary>
sealed class MessageMapper(MqttBridgeOptions options)
{
    const int TargetsMax = 200_000;
    const string TimeFormat = "yyyy-MM-ddTHH:mm:ss.fffZ";

    static readonly byte[] Spaces = " \t\r\n"u8.ToArray();

    readonly Dictionary<string, RouteTarget> _targets = new(StringComparer.Ordinal);
    readonly ArrayBufferWriter<byte> _other = new();

    /// <summary>The record of a message; null for an empty one, which only clears what a broker retains.</summary>
    public EventRecord? Map(DeviceMessage device, out string? reason)
    {
        reason = null;
        var payload = device.Message.Payload;
        if (payload.IsEmpty)
            return null;
        var target = TargetOf(device.Message.Topic);
        reason = target.Reason;
        if (reason is null && payload.Length > options.PayloadBytesMax)
            reason = DeadLetterReason.TooLarge;
        var facts = reason is null ? PayloadFacts.Of(payload.Span, target) : default;
        reason ??= facts.Reason;
        if (reason is not null)
            return DeadLetter(device, target, reason);
        return new EventRecord(target.Topic, target.Key, Value(device, target, facts))
        {
            Partition = target.Partition,
            Headers = target.Headers(device),
            // Not the device's own time: a log removes records by theirs, and a clock that is behind, or a message that
            // was kept for days, would be gone before anybody has read it.
            TimestampMs = device.ReceivedAt.ToUnixTimeMilliseconds(),
        };
    }

    RouteTarget TargetOf(string topic)
    {
        if (_targets.TryGetValue(topic, out var target))
            return target;
        // Topics come from outside: what a few clients make up must not stay in memory for good.
        if (_targets.Count >= TargetsMax)
            _targets.Clear();
        RouteMatch? match = null;
        foreach (var route in options.Routes)
        {
            match = route.TryMatch(topic);
            if (match is not null)
                break;
        }
        _targets.Add(topic, target = new RouteTarget(topic, match, options));
        return target;
    }

    EventRecord DeadLetter(DeviceMessage device, RouteTarget target, string reason)
    {
        var payload = device.Message.Payload;
        var kept = payload[..Math.Min(payload.Length, options.PayloadBytesMax)];
        return new EventRecord(options.DeadLetterTopic, target.Key, kept)
        {
            Partition = target.Partition,
            TimestampMs = device.ReceivedAt.ToUnixTimeMilliseconds(),
            Headers =
            [
                .. target.Headers(device),
                new("reason", Encoding.UTF8.GetBytes(reason)),
                new("payload_bytes", Encoding.UTF8.GetBytes(payload.Length.ToString(CultureInfo.InvariantCulture))),
            ],
        };
    }

    byte[] Value(DeviceMessage device, RouteTarget target, PayloadFacts facts)
    {
        var payload = device.Message.Payload;
        if (facts.HasOwnFields)
            payload = WithoutOwnFields(payload, target, out facts);
        var inside = payload.Span.Trim(Spaces)[..^1];
        var at = device.ReceivedAt.UtcDateTime;
        var value = new byte[inside.Length + 1 + target.Suffix.Length + TimeFormat.Length + 2];
        var rest = value.AsSpan();
        inside.CopyTo(rest);
        rest = rest[inside.Length..];
        if (!facts.IsEmpty)
        {
            rest[0] = (byte)',';
            rest = rest[1..];
        }
        target.Suffix.CopyTo(rest);
        rest = rest[target.Suffix.Length..];
        at.TryFormat(rest, out var written, TimeFormat, CultureInfo.InvariantCulture);
        "\"}"u8.CopyTo(rest[written..]);
        rest = rest[(written + 2)..];
        return rest.IsEmpty ? value : value[..^rest.Length];
    }

    // Rare: a device that says what its topic says already.
    ReadOnlyMemory<byte> WithoutOwnFields(ReadOnlyMemory<byte> payload, RouteTarget target, out PayloadFacts facts)
    {
        _other.ResetWrittenCount();
        using (var document = JsonDocument.Parse(payload))
        using (var writer = new Utf8JsonWriter(_other))
        {
            writer.WriteStartObject();
            foreach (var property in document.RootElement.EnumerateObject().Where(own => !target.Tells(own.Name)))
                property.WriteTo(writer);
            writer.WriteEndObject();
        }
        facts = PayloadFacts.Of(_other.WrittenSpan, target);
        return _other.WrittenMemory;
    }
}
