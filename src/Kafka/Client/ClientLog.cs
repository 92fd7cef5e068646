using Microsoft.Extensions.Logging;

namespace Tapline.Kafka.Client;

/// <summary>What the Kafka client logs; ids 2100 to 2199.</summary>
static partial class ClientLog
{
    [LoggerMessage(2101, LogLevel.Debug, "connected to broker {Address}")]
    public static partial void Connected(this ILogger logger, string address);

    [LoggerMessage(2102, LogLevel.Warning, "lost broker {Address}, will connect again: {Reason}")]
    public static partial void ConnectionLost(this ILogger logger, string address, string reason);

    [LoggerMessage(2103, LogLevel.Error, "no answer from {Servers} after {Attempts} attempts, still trying: {Reason}")]
    public static partial void Unreachable(this ILogger logger, string servers, int attempts, string reason);

    [LoggerMessage(2104, LogLevel.Information, "reading from {Servers} again after {Attempts} attempts")]
    public static partial void Recovered(this ILogger logger, string servers, int attempts);

    [LoggerMessage(2105, LogLevel.Warning, "{Partition} cannot be read yet: {Reason}")]
    public static partial void PartitionWaits(this ILogger logger, string partition, string reason);

    [LoggerMessage(2106, LogLevel.Information, "created topic {Topic} with {Partitions} partitions")]
    public static partial void TopicCreated(this ILogger logger, string topic, int partitions);

    [LoggerMessage(2108, LogLevel.Warning, "group {Group} does not share lanes yet: {Reason}")]
    public static partial void LanesNotShared(this ILogger logger, string group, string reason);

    [LoggerMessage(EventId = 2107, Message = "librdkafka {Facility}: {Message}")]
    public static partial void Librdkafka(this ILogger logger, LogLevel level, string facility, string message);
}
