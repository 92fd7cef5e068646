using System.Threading.Channels;
using Confluent.Kafka;
using Microsoft.Extensions.Logging;
using Tapline.Contracts;
using Tapline.Contracts.Log;

namespace Tapline.Kafka.Client;

/// <summary>Shares lanes among the workers of a pipeline by a consumer group: on a topic without records, with a
/// partition for each lane, whoever is assigned a partition has its lane.</summary>
/// <param name="options">How the log is reached.</param>
/// <param name="lanes">What is shared.</param>
/// <param name="log">The log, where the topic is made.</param>
/// <param name="logs">The log for people.</param>
public sealed class GroupLaneOwnership(
    KafkaOptions options, SharedLanes lanes, IEventLog log, ILoggerFactory logs) : ILaneOwnership
{
    readonly ILogger _logger = logs.CreateLogger<GroupLaneOwnership>();

    /// <inheritdoc/>
    public async Task RunAsync(Func<IReadOnlyCollection<int>, Task> own, CancellationToken ct)
    {
        await PrepareAsync(ct);
        var changes = Channel.CreateUnbounded<int[]>();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(ct);
        using var settled = new SemaphoreSlim(0);
        // librdkafka tells of a group's changes within a blocking call only: it gets a thread of its own.
        var following = Task.Factory.StartNew(
            () => Follow(changes.Writer, settled, stop.Token),
            CancellationToken.None,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default);
        try
        {
            while (await changes.Reader.WaitToReadAsync(CancellationToken.None))
            {
                while (changes.Reader.TryRead(out var owned))
                {
                    await own(owned);
                    settled.Release();
                }
            }
        }
        finally
        {
            await stop.CancelAsync();
            settled.Release(int.MaxValue / 2); // Whatever it waits for, nobody answers any more.
            await following;
        }
        ct.ThrowIfCancellationRequested();
    }

    async Task PrepareAsync(CancellationToken ct)
    {
        await log.EnsureTopicsAsync([new TopicSpec(lanes.Topic, lanes.Count)], ct);
        var partitions = (await log.ListTopicsAsync(ct))
            .Where(topic => topic.Name == lanes.Topic)
            .Select(static topic => topic.Partitions)
            .FirstOrDefault();
        if (partitions < lanes.Count)
        {
            throw new TaplineException(
                $"topic {lanes.Topic} has {partitions} partitions for {lanes.Count} lanes: nobody would own the others",
                "stop all workers and delete the topic, which holds no records; the next start makes it anew");
        }
    }

    void Follow(ChannelWriter<int[]> changes, SemaphoreSlim settled, CancellationToken ct)
    {
        var owned = new SortedSet<int>();
        try
        {
            using var consumer = ClientSettings.BuildMember(options, lanes.Group, _logger, Change);
            consumer.Subscribe(lanes.Topic);
            Stay(consumer, ct);
        }
        finally
        {
            changes.Complete();
        }

        // The others get what is taken here when this returns: until then the lanes must have ended.
        void Change(IEnumerable<int> taken, bool isOurs)
        {
            if (isOurs)
                owned.UnionWith(taken.Where(lane => lane < lanes.Count));
            else
                owned.ExceptWith(taken);
            changes.TryWrite([.. owned]);
            settled.Wait(CancellationToken.None);
        }
    }

    void Stay(IConsumer<Ignore, Ignore> member, CancellationToken ct)
    {
        try
        {
            while (true)
                Consume(member, ct);
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
            // Asked to stop.
        }
        finally
        {
            // Leaves the group at once, so that others need not wait for a session to run out; the lanes are stopped.
            member.Close();
        }
    }

    void Consume(IConsumer<Ignore, Ignore> member, CancellationToken ct)
    {
        try
        {
            member.Consume(ct);
        }
        catch (ConsumeException failure) when (!failure.Error.IsFatal && !IsRefusal(failure.Error.Code))
        {
            // librdkafka joins again by itself.
            _logger.LanesNotShared(lanes.Group, failure.Error.Reason);
        }
        catch (KafkaException failure)
        {
            throw new TaplineException(
                $"lanes cannot be shared by group {lanes.Group}: {failure.Error.Reason}",
                "the log's user must be allowed to join that group and to read topic " + lanes.Topic, failure);
        }
    }

    static bool IsRefusal(ErrorCode code) =>
        code is ErrorCode.GroupAuthorizationFailed or ErrorCode.TopicAuthorizationFailed;
}
