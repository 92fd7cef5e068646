using System.Collections.Immutable;
using Tapline.Ingest.Mqtt.Packets;

namespace Tapline.Ingest.Mqtt.Client;

/// <summary>What a bridge asks a broker for.</summary>
public sealed record BrokerSubscriptionOptions
{
    /// <summary>The broker.</summary>
    public required MqttClientOptions Broker { get; init; }

    /// <summary>The client's identifier: the same after a restart, or what the broker keeps for it is lost. Each of
    /// several bridges needs its own.</summary>
    public required string ClientId { get; init; }

    /// <summary>How long the broker keeps messages while the bridge is away (version 5; in 3.1.1 the broker
    /// decides).</summary>
    public TimeSpan SessionExpiry { get; init; } = TimeSpan.FromHours(72);

    /// <summary>The group that shares the messages with others; null to get all.</summary>
    public string? ShareGroup { get; init; }

    /// <summary>The filters, without the group.</summary>
    public required ImmutableArray<string> Filters { get; init; }

    /// <summary>The highest QoS to ask for.</summary>
    public QualityOfService Qos { get; init; } = QualityOfService.ExactlyOnce;

    /// <summary>Messages that the broker may have under way without acknowledgement.</summary>
    public ushort ReceiveMax { get; init; } = 1000;

    /// <summary>The filters as they are subscribed to.</summary>
    internal IEnumerable<string> SubscribedFilters =>
        ShareGroup is null ? Filters : Filters.Select(filter => $"$share/{ShareGroup}/{filter}");
}
