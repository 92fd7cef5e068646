using System.Collections.Immutable;
using Tapline.Contracts;

namespace Tapline.Ingest.Mqtt.Bridge;

/// <summary>How device messages go to the log.</summary>
public sealed record MqttBridgeOptions
{
    /// <summary>The pipeline's name, with which topics begin.</summary>
    public required string Prefix { get; init; }

    /// <summary>Tells this process from others, in the header <c>bridge_id</c>.</summary>
    public required string BridgeId { get; init; }

    /// <summary>The routes; the first that fits a topic is taken.</summary>
    public required ImmutableArray<MqttRoute> Routes { get; init; }

    /// <summary>Partitions of the topics that are made.</summary>
    public int Partitions { get; init; } = 1;

    /// <summary>The largest payload that is taken; a larger one goes to the dead letters, cut off.</summary>
    public int PayloadBytesMax { get; init; } = 4096;

    /// <summary>Messages that the log may owe an acknowledgement before nothing more is read.</summary>
    public int UnacknowledgedMax { get; init; } = 10_000;

    /// <summary>The topic of a stream.</summary>
    public string TopicOf(string stream) => $"{Prefix}.iot.{stream}";

    /// <summary>Where unusable messages go, with their raw bytes.</summary>
    public string DeadLetterTopic => $"{Prefix}.dlq.mqtt";
}
