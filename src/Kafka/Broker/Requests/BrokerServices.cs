using Microsoft.Extensions.Logging;
using Tapline.Kafka.Broker.Groups;

namespace Tapline.Kafka.Broker.Requests;

/// <summary>What the handlers of requests work with.</summary>
sealed record BrokerServices(TopicCatalog Topics, GroupCoordinator Groups, ProducerIds ProducerIds,
    BrokerOptions Options, TimeProvider Time, ILogger Logger, int Port)
{
    /// <summary>This broker's number, and its host as clients are told.</summary>
    public const int NodeId = 1;

    public const string Host = "127.0.0.1";
}
