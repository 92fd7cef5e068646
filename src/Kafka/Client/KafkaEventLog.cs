using Confluent.Kafka;
using Confluent.Kafka.Admin;
using Microsoft.Extensions.Logging;
using Tapline.Contracts;
using Tapline.Contracts.Log;
using TopicPartition = Tapline.Contracts.Log.TopicPartition;

namespace Tapline.Kafka.Client;

/// <summary>The event log on a Kafka cluster, or on anything that speaks its protocol. Producing and administration go
/// through librdkafka; reading goes through our own fetch client, or librdkafka where the cluster wants TLS or SASL.
/// Failures that a person must see are <see cref="TaplineException"/>s.</summary>
public sealed class KafkaEventLog(KafkaOptions options, TimeProvider time, ILoggerFactory logs) : IEventLog
{
    static readonly TimeSpan MetadataPause = TimeSpan.FromMilliseconds(50);
    static readonly TimeSpan BrokerPause = TimeSpan.FromMilliseconds(200);

    /// <summary>Topics that brokers keep for themselves.</summary>
    static readonly HashSet<string> InternalTopics =
        ["__consumer_offsets", "__transaction_state", "__share_group_state", "__cluster_metadata"];

    readonly ILogger _logger = logs.CreateLogger<KafkaEventLog>();
    readonly Lazy<IAdminClient> _admin = new(() => ClientSettings.BuildAdmin(options, logs));

    /// <inheritdoc/>
    public async Task EnsureTopicsAsync(IReadOnlyCollection<TopicSpec> topics, CancellationToken ct)
    {
        var existing = await ListNamesAsync(ct);
        TopicSpec[] wanted = [.. topics.Where(topic => !existing.Contains(topic.Name))];
        if (wanted.Length == 0)
            return;
        await AskAsync("create topics", async () =>
        {
            await CreateAsync(wanted, ct);
            return true;
        }, ct);
        await WaitUntilListedAsync(wanted, ct);
        foreach (var topic in wanted)
            _logger.TopicCreated(topic.Name, topic.Partitions);
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<TopicInfo>> ListTopicsAsync(CancellationToken ct)
    {
        var admin = _admin.Value;
        // librdkafka offers the list as a blocking call only: it gets a thread of its own, not one of the pool's.
        var metadata = await AskAsync("list topics", () => Task.Factory.StartNew(
            () => admin.GetMetadata(options.RequestTimeout),
            ct,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default), ct);
        return
        [
            .. from topic in metadata.Topics
               where !topic.Error.IsError && !InternalTopics.Contains(topic.Topic)
               orderby topic.Topic
               select new TopicInfo(topic.Topic, topic.Partitions.Count),
        ];
    }

    /// <inheritdoc/>
    public IEventProducer OpenProducer(string clientId) => new KafkaProducer(options, clientId, time, logs);

    /// <inheritdoc/>
    public IEventReader OpenReader(string clientId) => options.IsPlaintext
        ? new LogReader(options, clientId, time, logs)
        : new ConfluentReader(options, clientId, time, logs);

    /// <inheritdoc/>
    public async Task<OffsetRange> OffsetsAsync(TopicPartition partition, CancellationToken ct) => new(
        await OffsetAsync(partition, OffsetSpec.Earliest(), ct),
        await OffsetAsync(partition, OffsetSpec.Latest(), ct));

    /// <inheritdoc/>
    public async Task CommitGroupOffsetsAsync(
        string group, IReadOnlyDictionary<TopicPartition, long> offsets, CancellationToken ct)
    {
        if (offsets.Count == 0)
            return;
        List<TopicPartitionOffset> positions =
        [
            .. offsets.Select(static entry =>
                new TopicPartitionOffset(entry.Key.Topic, entry.Key.Partition, entry.Value)),
        ];
        try
        {
            await _admin.Value.AlterConsumerGroupOffsetsAsync(
                [new ConsumerGroupTopicPartitionOffsets(group, positions)],
                new AlterConsumerGroupOffsetsOptions { RequestTimeout = options.RequestTimeout }).WaitAsync(ct);
        }
        catch (KafkaException failure)
        {
            throw Unreachable($"store the offsets of group {group}", failure);
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        if (_admin.IsValueCreated)
            _admin.Value.Dispose();
        return ValueTask.CompletedTask;
    }

    async Task CreateAsync(TopicSpec[] wanted, CancellationToken ct)
    {
        try
        {
            await _admin.Value.CreateTopicsAsync(wanted.Select(Specification), CreateOptions()).WaitAsync(ct);
        }
        catch (CreateTopicsException refused)
        {
            // Another process may have created some in the meantime, which is as good.
            var failed = refused.Results.FirstOrDefault(static result =>
                result.Error.IsError && result.Error.Code != ErrorCode.TopicAlreadyExists);
            if (failed is not null)
            {
                throw new TaplineException(
                    $"kafka did not create topic {failed.Topic}: {failed.Error.Reason}", cause: refused);
            }
        }
    }

    async Task<long> OffsetAsync(TopicPartition partition, OffsetSpec which, CancellationToken ct)
    {
        var asked = new TopicPartitionOffsetSpec
        {
            TopicPartition = new(partition.Topic, partition.Partition),
            OffsetSpec = which,
        };
        return await AskAsync($"say the offsets of {partition}", async () =>
        {
            var answer = await _admin.Value.ListOffsetsAsync(
                [asked], new ListOffsetsOptions { RequestTimeout = options.RequestTimeout }).WaitAsync(ct);
            var found = answer.ResultInfos[0].TopicPartitionOffsetError;
            // A broker that goes away meanwhile leaves the place of the number empty, or an error beside it.
            return !found.Error.IsError && found.Offset.Value >= 0
                ? found.Offset.Value
                : throw new KafkaException(found.Error.IsError ? found.Error : new Error(ErrorCode.Local_Transport));
        }, ct);
    }

    // librdkafka waits for a connection, but gives up when one breaks: a broker that restarts is as good. What is asked
    // by this can be asked again.
    async Task<T> AskAsync<T>(string wanted, Func<Task<T>> ask, CancellationToken ct)
    {
        var started = time.GetTimestamp();
        while (true)
        {
            try
            {
                return await ask();
            }
            catch (KafkaException failure)
            {
                if (!IsPassing(failure.Error.Code) || time.GetElapsedTime(started) > options.RequestTimeout)
                    throw Unreachable(wanted, failure);
            }
            await Task.Delay(BrokerPause, time, ct);
        }
    }

    static bool IsPassing(ErrorCode code) => code is ErrorCode.Local_Transport or ErrorCode.Local_AllBrokersDown
        or ErrorCode.LeaderNotAvailable or ErrorCode.NotLeaderForPartition or ErrorCode.NetworkException;

    async Task WaitUntilListedAsync(TopicSpec[] topics, CancellationToken ct)
    {
        var started = time.GetTimestamp();
        while (true)
        {
            var listed = await ListNamesAsync(ct);
            if (topics.FirstOrDefault(topic => !listed.Contains(topic.Name)) is not { } missing)
                return;
            if (time.GetElapsedTime(started) > options.RequestTimeout)
                throw new TaplineException($"kafka created topic {missing.Name} but does not list it");
            await Task.Delay(MetadataPause, time, ct);
        }
    }

    async Task<HashSet<string>> ListNamesAsync(CancellationToken ct) =>
        (await ListTopicsAsync(ct)).Select(static topic => topic.Name).ToHashSet(StringComparer.Ordinal);

    TopicSpecification Specification(TopicSpec topic) => new()
    {
        Name = topic.Name,
        NumPartitions = topic.Partitions,
        ReplicationFactor = options.ReplicationFactor,
        Configs = topic.Configuration?.ToDictionary(),
    };

    CreateTopicsOptions CreateOptions() =>
        new() { RequestTimeout = options.RequestTimeout, OperationTimeout = options.RequestTimeout };

    TaplineException Unreachable(string wanted, KafkaException failure) => new(
        $"kafka at {options.BootstrapServers} did not {wanted}: {failure.Error.Reason}",
        "Check that the brokers run and that their address is right.",
        failure)
    {
        IsTransient = true,
    };
}
