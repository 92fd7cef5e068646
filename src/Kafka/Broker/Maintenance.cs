using Microsoft.Extensions.Logging;
using Tapline.Kafka.Broker.Groups;
using Tapline.Kafka.Broker.Log;
using Tapline.Kafka.Protocol;

namespace Tapline.Kafka.Broker;

/// <summary>The work between requests: flushing at its own pace; retention, compaction and forgetting at
/// another.</summary>
sealed class Maintenance(
    TopicCatalog topics, GroupCoordinator groups, BrokerOptions options, TimeProvider time, ILogger logger)
{
    readonly Lock _round = new();
    readonly Compaction _compaction = new(options.Codecs, options.CompactionKeysMax, options.RequestBytesMax);

    IEnumerable<PartitionLog> Logs => topics.Topics.SelectMany(topic => topic.Partitions).Append(groups.Offsets.Log);

    /// <summary>Runs until it is cancelled.</summary>
    public Task RunAsync(CancellationToken ct) => Task.WhenAll(
        RepeatAsync(options.FlushPolicy.Interval, () => ForEach(log => log.Flush()), ct),
        RepeatAsync(options.MaintenanceInterval, () => RunOnce(ct), ct));

    /// <summary>One round over all partitions; there is never more than one at a time.</summary>
    public void RunOnce(CancellationToken ct)
    {
        lock (_round)
            ForEach(log => Maintain(log, ct));
    }

    void Maintain(PartitionLog log, CancellationToken ct)
    {
        ct.ThrowIfCancellationRequested();
        var now = time.GetUtcNow();
        Retention.Apply(log, now);
        if (_compaction.Apply(log, now, ct))
            logger.Compacted(log.Folder, log.CleanedUpTo);
        log.ExpireProducers(now - options.ProducerExpiry);
    }

    async Task RepeatAsync(TimeSpan? interval, Action round, CancellationToken ct)
    {
        if (interval is not { } period)
            return;
        using var ticks = new PeriodicTimer(period, time);
        try
        {
            while (await ticks.WaitForNextTickAsync(ct))
                round();
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
            // The broker stops, and flushes everything itself.
        }
    }

    void ForEach(Action<PartitionLog> work)
    {
        foreach (var log in Logs)
        {
            try
            {
                work(log);
            }
            catch (ObjectDisposedException)
            {
                // The topic was deleted in the middle of it.
            }
            catch (Exception failure) when (failure is IOException or MalformedMessageException)
            {
                logger.MaintenanceFailed(log.Folder, failure);
            }
        }
    }
}
