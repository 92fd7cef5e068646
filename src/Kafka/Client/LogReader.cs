using Microsoft.Extensions.Logging;
using Tapline.Contracts;
using Tapline.Contracts.Log;
using Tapline.Kafka.Client.Records;
using Tapline.Kafka.Protocol;

namespace Tapline.Kafka.Client;

/// <summary>Reads over our own protocol code: one connection a leader, records in place, no allocation a record. A lost
/// broker or a moved leader is found again for as long as somebody polls, at the exact offset; a topic that does not
/// exist yet is waited for.</summary>
sealed class LogReader : IEventReader
{
    /// <summary>So many failures in a row are a person's matter.</summary>
    const int FailuresToReport = 5;
    const int FetchBytesMin = 64 << 10;

    readonly KafkaOptions _options;
    readonly string _clientId;
    readonly TimeProvider _time;
    readonly ILogger _logger;
    readonly ClusterDirectory _directory;
    readonly RecordDecoder _decoder;
    readonly Backoff _backoff;
    readonly Backoff _waits;
    readonly CancellationTokenSource _stop = new();
    readonly Dictionary<TopicPartition, PartitionPosition> _assigned = [];
    readonly List<PartitionPosition> _turns = [];
    readonly SortedDictionary<int, BrokerFetcher> _fetchers = [];
    readonly HashSet<TopicPartition> _reportedWaits = [];
    readonly List<RecordChunk> _chunks = [];
    Task<ClusterMetadata>? _asking;

    public LogReader(KafkaOptions options, string clientId, TimeProvider time, ILoggerFactory logs)
    {
        _options = options;
        _clientId = clientId;
        _time = time;
        _logger = logs.CreateLogger<LogReader>();
        _directory = new ClusterDirectory(options, clientId, time);
        _decoder = new RecordDecoder(options.BatchBytesMax);
        _backoff = new Backoff(time);
        _waits = new Backoff(time);
    }

    /// <summary>How long the cluster is not asked for leaders yet.</summary>
    TimeSpan PauseLeft => _backoff.Left > _waits.Left ? _backoff.Left : _waits.Left;

    public void Assign(TopicPartition partition, long offset)
    {
        var leader = _assigned.TryGetValue(partition, out var before) ? before.Leader : PartitionPosition.NoLeader;
        Unassign(partition);
        var position = new PartitionPosition(partition, offset) { Leader = leader };
        _assigned[partition] = position;
        _turns.Add(position);
    }

    public void Unassign(TopicPartition partition)
    {
        if (!_assigned.Remove(partition, out var position))
            return;
        position.IsAssigned = false;
        _turns.Remove(position);
    }

    public async ValueTask<IReadOnlyList<RecordChunk>> PollAsync(TimeSpan wait, int bytesMax, CancellationToken ct)
    {
        ct.ThrowIfCancellationRequested();
        _chunks.Clear();
        _decoder.Begin();
        var started = _time.GetTimestamp();
        while (true)
        {
            foreach (var fetcher in _fetchers.Values)
                fetcher.Release();
            await TakeAnswersAsync(ct);
            StartRequests(bytesMax);
            Decode(bytesMax);
            var left = wait - _time.GetElapsedTime(started);
            if (_chunks.Count > 0 || left <= TimeSpan.Zero)
                return _chunks;
            await WaitAsync(left, ct);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        if (_asking is not null)
            await _asking.ContinueWith(static _ => { }, TaskScheduler.Default); // Stopped or failed: nobody waits.
        foreach (var fetcher in _fetchers.Values)
            await fetcher.DisposeAsync();
        _directory.Dispose();
        _decoder.Dispose();
        _stop.Dispose();
    }

    async ValueTask TakeAnswersAsync(CancellationToken ct)
    {
        if (_asking is { IsCompleted: true })
            await LearnLeadersAsync();
        foreach (var fetcher in _fetchers.Values)
        {
            if (!fetcher.CanTake)
                continue;
            try
            {
                var refused = await fetcher.TakeAsync();
                if (refused.Count == 0)
                    Succeed();
                foreach (var (position, error) in refused)
                    await HandleAsync(fetcher, position, error, ct);
            }
            catch (Exception failure) when (ClusterDirectory.IsConnectionFailure(failure))
            {
                Lose(fetcher, failure);
            }
            catch (OperationCanceledException)
            {
                fetcher.Disconnect(); // A question was left without its answer.
                throw;
            }
        }
    }

    async ValueTask LearnLeadersAsync()
    {
        var asked = _asking!;
        _asking = null;
        try
        {
            Learn(await asked);
        }
        catch (Exception failure) when (ClusterDirectory.IsConnectionFailure(failure))
        {
            Fail(failure);
        }
    }

    void Learn(ClusterMetadata metadata)
    {
        var waits = false;
        foreach (var position in _turns)
        {
            if (position.Leader != PartitionPosition.NoLeader)
                continue;
            if (!metadata.TryGetLeader(position.Partition, out var leader))
            {
                waits = true;
                ReportWait(position.Partition, metadata);
                continue;
            }
            _reportedWaits.Remove(position.Partition);
            position.Leader = leader;
            var address = metadata.Brokers[leader];
            if (_fetchers.TryGetValue(leader, out var fetcher))
                fetcher.Address = address;
            else
                _fetchers[leader] = new(leader, address, _options, _clientId, _time, _stop.Token);
        }
        if (waits)
            _waits.Fail();
        else
            _waits.Succeed();
    }

    /// <summary>What to do about a partition that the broker would not read.</summary>
    async ValueTask HandleAsync(
        BrokerFetcher fetcher, PartitionPosition position, KafkaError error, CancellationToken ct)
    {
        switch (error)
        {
            case KafkaError.OffsetOutOfRange:
                var held = await fetcher.HeldAsync(position.Partition, ct);
                throw new OffsetLostException(position.Partition, position.FetchNext, held);
            case KafkaError.UnknownTopicOrPartition:
            case KafkaError.LeaderNotAvailable:
            case KafkaError.NotLeaderOrFollower:
            case KafkaError.RequestTimedOut:
            case KafkaError.KafkaStorageError:
            case KafkaError.FencedLeaderEpoch:
            case KafkaError.UnknownLeaderEpoch:
                position.Leader = PartitionPosition.NoLeader;
                _backoff.Fail();
                break;
            default:
                throw new TaplineException($"kafka refuses to read {position.Partition}: {error}");
        }
    }

    void Lose(BrokerFetcher fetcher, Exception failure)
    {
        _logger.ConnectionLost(fetcher.Address.ToString(), failure.Message);
        fetcher.Disconnect();
        foreach (var position in _turns)
        {
            if (position.Leader == fetcher.Id)
                position.Leader = PartitionPosition.NoLeader;
        }
        Fail(failure);
    }

    void Succeed()
    {
        if (_backoff.Failures >= FailuresToReport)
            _logger.Recovered(_options.BootstrapServers, _backoff.Failures);
        _backoff.Succeed();
    }

    void Fail(Exception failure)
    {
        _backoff.Fail();
        if (_backoff.Failures == FailuresToReport)
            _logger.Unreachable(_options.BootstrapServers, _backoff.Failures, failure.Message);
    }

    void ReportWait(TopicPartition partition, ClusterMetadata metadata)
    {
        if (!_reportedWaits.Add(partition))
            return;
        var error = metadata.Errors.GetValueOrDefault(
            partition.Topic, metadata.Errors.GetValueOrDefault(partition.ToString(), KafkaError.LeaderNotAvailable));
        _logger.PartitionWaits(partition.ToString(), error.ToString());
    }

    void StartRequests(int bytesMax)
    {
        if (_asking is null && PauseLeft <= TimeSpan.Zero)
        {
            var topics = _turns
                .Where(static position => position.Leader == PartitionPosition.NoLeader)
                .Select(static position => position.Partition.Topic)
                .Distinct()
                .ToList();
            if (topics.Count > 0)
                _asking = _directory.AskAsync(topics, _stop.Token);
        }
        foreach (var fetcher in _fetchers.Values)
        {
            if (fetcher.Pending is null)
                fetcher.Start(TurnsOf(fetcher), Math.Max(bytesMax, FetchBytesMin));
        }
    }

    /// <summary>The positions of a broker, a different one first each time: brokers fill an answer in that order.
    /// </summary>
    List<PartitionPosition> TurnsOf(BrokerFetcher fetcher)
    {
        var positions = _turns.FindAll(position => position.Leader == fetcher.Id);
        if (positions.Count > 0 && _turns.Remove(positions[0]))
            _turns.Add(positions[0]);
        return positions;
    }

    void Decode(int bytesMax)
    {
        long bytesLeft = bytesMax;
        foreach (var fetcher in _fetchers.Values)
        {
            if (bytesLeft <= 0)
                break;
            bytesLeft -= fetcher.Decode(_decoder, bytesLeft, _chunks);
        }
    }

    async Task WaitAsync(TimeSpan left, CancellationToken ct)
    {
        var pause = PauseLeft is var backoff && backoff > TimeSpan.Zero && backoff < left ? backoff : left;
        using var timer = CancellationTokenSource.CreateLinkedTokenSource(ct);
        List<Task> events = [Task.Delay(pause, _time, timer.Token)];
        if (_asking is not null)
            events.Add(_asking);
        foreach (var fetcher in _fetchers.Values)
        {
            if (fetcher.Pending is { } pending)
                events.Add(pending);
        }
        await Task.WhenAny(events);
        await timer.CancelAsync();
        ct.ThrowIfCancellationRequested();
    }
}
