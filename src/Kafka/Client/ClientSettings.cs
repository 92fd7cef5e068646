using Confluent.Kafka;
using Microsoft.Extensions.Logging;

namespace Tapline.Kafka.Client;

/// <summary>The settings of the librdkafka clients: our defaults, then the user's own, then what must hold.</summary>
static class ClientSettings
{
    public static IAdminClient BuildAdmin(KafkaOptions options, ILoggerFactory logs)
    {
        Librdkafka.EnsureLoaded();
        var logger = logs.CreateLogger<KafkaEventLog>();
        return new AdminClientBuilder(Merge(options, defaults: [], guarantees: []))
            .SetLogHandler((_, message) => Forward(logger, message))
            .SetErrorHandler(static (_, _) => { }) // Each call reports its own failure.
            .Build();
    }

    public static IProducer<byte[]?, byte[]?> BuildProducer(
        KafkaOptions options, string clientId, ILogger logger, Action<Error> onError)
    {
        Librdkafka.EnsureLoaded();
        Dictionary<string, string> defaults = new()
        {
            ["client.id"] = clientId,
            ["compression.type"] = "lz4",
            ["linger.ms"] = "5",
            ["batch.size"] = "1000000",
            ["batch.num.messages"] = "100000",
            ["queue.buffering.max.messages"] = "1000000",
        };
        Dictionary<string, string> guarantees = new()
        {
            ["enable.idempotence"] = "true",
            ["acks"] = "all",
            ["partitioner"] = "murmur2_random",
            ["message.max.bytes"] = $"{options.RecordBytesMax + RecordOverheadMax}",
            ["queue.buffering.max.kbytes"] = $"{Math.Max(1, options.QueueBytesMax >> 10)}",
            // The reports say only whether a record arrived: nothing of it is copied back.
            ["dotnet.producer.delivery.report.fields"] = "none",
        };
        return new ProducerBuilder<byte[]?, byte[]?>(Merge(options, defaults, guarantees))
            .SetLogHandler((_, message) => Forward(logger, message))
            .SetErrorHandler((_, error) => onError(error))
            .Build();
    }

    public static IConsumer<byte[]?, byte[]?> BuildConsumer(KafkaOptions options, string clientId, ILogger logger)
    {
        Librdkafka.EnsureLoaded();
        Dictionary<string, string> defaults = new()
        {
            ["client.id"] = clientId,
            ["group.id"] = clientId,
            ["fetch.queue.backoff.ms"] = "5", // The default of a second leaves a reader idle.
            ["queued.max.messages.kbytes"] = "65536",
        };
        Dictionary<string, string> guarantees = new()
        {
            ["enable.auto.commit"] = "false",
            ["enable.auto.offset.store"] = "false",
            ["auto.offset.reset"] = "error", // A lost offset is an answer, never skipped.
            ["check.crcs"] = "true",
            ["enable.partition.eof"] = "false",
            ["isolation.level"] = "read_uncommitted",
        };
        return new ConsumerBuilder<byte[]?, byte[]?>(Merge(options, defaults, guarantees))
            .SetLogHandler((_, message) => Forward(logger, message))
            .SetErrorHandler(static (_, _) => { }) // librdkafka connects again by itself and logs it.
            .Build();
    }

    /// <summary>A member of a group whose topic has no records: it is there to be assigned partitions.
    /// <paramref name="onChange"/> is called, within a call of the member, with those that it gets or loses.</summary>
    public static IConsumer<Ignore, Ignore> BuildMember(
        KafkaOptions options, string group, ILogger logger, Action<IEnumerable<int>, bool> onChange)
    {
        Librdkafka.EnsureLoaded();
        Dictionary<string, string> defaults = new()
        {
            ["client.id"] = group,
            ["session.timeout.ms"] = "10000", // How long the lanes of a worker that was killed wait.
            ["heartbeat.interval.ms"] = "2000",
        };
        Dictionary<string, string> guarantees = new()
        {
            ["group.id"] = group,
            ["partition.assignment.strategy"] = "cooperative-sticky", // Lanes that stay need not stop.
            ["enable.auto.commit"] = "false",
            ["auto.offset.reset"] = "latest",
        };
        return new ConsumerBuilder<Ignore, Ignore>(Merge(options, defaults, guarantees))
            .SetLogHandler((_, message) => Forward(logger, message))
            .SetErrorHandler(static (_, _) => { }) // librdkafka connects again by itself and logs it.
            .SetPartitionsAssignedHandler((_, gained) => onChange(Numbers(gained), true))
            .SetPartitionsRevokedHandler((_, lost) => onChange(Numbers(lost.Select(At)), false))
            .SetPartitionsLostHandler((_, lost) => onChange(Numbers(lost.Select(At)), false))
            .Build();

        static IEnumerable<int> Numbers(IEnumerable<TopicPartition> partitions) =>
            [.. partitions.Select(static partition => partition.Partition.Value)];

        static TopicPartition At(TopicPartitionOffset position) => position.TopicPartition;
    }

    /// <summary>What a batch of one record adds to its key, value and headers.</summary>
    const int RecordOverheadMax = 512;

    static Dictionary<string, string> Merge(
        KafkaOptions options, Dictionary<string, string> defaults, Dictionary<string, string> guarantees)
    {
        var merged = new Dictionary<string, string>(defaults, StringComparer.Ordinal);
        foreach (var (name, value) in options.Client)
            merged[name] = value;
        foreach (var (name, value) in guarantees)
            merged[name] = value;
        merged["bootstrap.servers"] = options.BootstrapServers;
        return merged;
    }

    static void Forward(ILogger logger, LogMessage message) => logger.Librdkafka(
        (LogLevel)message.LevelAs(LogLevelType.MicrosoftExtensionsLogging), message.Facility, message.Message);
}
