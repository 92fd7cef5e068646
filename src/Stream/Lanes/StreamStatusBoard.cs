using System.Collections.Immutable;
using Tapline.Streaming.Devices;
using Tapline.Streaming.Epochs;
using Tapline.Streaming.Tables;

namespace Tapline.Streaming.Lanes;

/// <summary>Where a lane writes what it does and others read it: the newest whole status, swapped at once.</summary>
sealed class StreamStatusBoard(int lane)
{
    volatile StreamStatus _newest = StreamStatus.None with { Lanes = [lane] };

    /// <summary>The newest status.</summary>
    public StreamStatus Newest => _newest;

    /// <summary>The lane has read the lake.</summary>
    public void Loaded(EpochCommitter committer) => _newest = _newest with
    {
        Phase = StreamPhase.Running,
        Epoch = committer.Epoch,
        CommittedAtMs = committer.CommittedAtMs,
        SourceTimestampUs = committer.SourceTimestampUs,
    };

    /// <summary>The lane has committed an epoch.</summary>
    public void Committed(
        EpochCommitter committer,
        LakeTables lake,
        IReadOnlyDictionary<string, TableStream> tables,
        DeviceStreams devices,
        TimeSpan took) =>
        _newest = _newest with
        {
            Epoch = committer.Epoch,
            CommittedAtMs = committer.CommittedAtMs,
            SourceTimestampUs = committer.SourceTimestampUs,
            CommitMs = (long)took.TotalMilliseconds,
            StateBytes = tables.Values.Sum(static table => table.Current.State.ByteCount),
            Streams = [.. devices.All.Select(static stream => new DeviceStreamStatus(
                stream.Name,
                stream.Counters.Accepted,
                stream.Counters.Repeated,
                stream.Counters.Late,
                stream.Counters.Quarantined,
                stream.Table.Snapshot.Version))],
            Tables = [.. tables.Values.OrderBy(static table => table.Table).Select(table => Describe(table, lake))],
        };

    /// <summary>So many records went to quarantine with an epoch.</summary>
    public void Rejected(int count) => _newest = _newest with { Quarantined = _newest.Quarantined + count };

    /// <summary>The lane ended and will start over.</summary>
    public void Failed(string reason) =>
        _newest = _newest with { Phase = StreamPhase.Recovering, LastFailure = reason };

    /// <summary>The lane starts over.</summary>
    public void Loading() => _newest = _newest with { Phase = StreamPhase.Loading };

    static StreamTableStatus Describe(TableStream table, LakeTables lake) => new(
        table.Table.ToString(),
        table.Current.State.Count,
        table.Counters.Changes,
        table.Counters.Repeated,
        table.Counters.Quarantined,
        table.Current.FileCount,
        lake.Pair(table.Table).Current.Snapshot.Version,
        table.Counters.SourceTimestampUs,
        table.Counters.Position.ToString());
}
