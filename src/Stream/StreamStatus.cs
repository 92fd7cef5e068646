using System.Collections.Immutable;

namespace Tapline.Streaming;

/// <summary>What a stream worker was doing at one moment.</summary>
/// <param name="Phase">What it is at.</param>
/// <param name="Epoch">The newest epoch in the lake; of several lanes the sum.</param>
/// <param name="CommittedAtMs">When that epoch was completed, milliseconds since 1970; 0 before the first.</param>
/// <param name="SourceTimestampUs">Commit time at the source of the newest change in the lake; 0 before the
/// first.</param>
/// <param name="CommitMs">How long the last commit took, milliseconds.</param>
/// <param name="StateBytes">Memory of the current rows, bytes.</param>
/// <param name="Quarantined">Records put into quarantine since the start.</param>
/// <param name="Tables">The tables by name.</param>
/// <param name="LastFailure">Why a lane last had to start over; null when none ever had to.</param>
public sealed record StreamStatus(
    StreamPhase Phase,
    long Epoch,
    long CommittedAtMs,
    long SourceTimestampUs,
    long CommitMs,
    long StateBytes,
    long Quarantined,
    ImmutableArray<StreamTableStatus> Tables,
    string? LastFailure)
{
    /// <summary>The lanes that the worker has, ascending.</summary>
    public ImmutableArray<int> Lanes { get; init; } = [];

    /// <summary>The streams of device messages by name.</summary>
    public ImmutableArray<DeviceStreamStatus> Streams { get; init; } = [];

    /// <summary>A worker that has no lane yet.</summary>
    internal static StreamStatus None { get; } = new(StreamPhase.Loading, 0, 0, 0, 0, 0, 0, [], null);

    /// <summary>The status of a worker from that of its lanes: it is at what the worst of them is at.</summary>
    internal static StreamStatus Of(IReadOnlyCollection<StreamStatus> lanes, string? lastFailure) =>
        lanes.Count == 0 ? None with { LastFailure = lastFailure } : new StreamStatus(
            lanes.Any(static lane => lane.Phase == StreamPhase.Recovering) ? StreamPhase.Recovering
                : lanes.Any(static lane => lane.Phase == StreamPhase.Loading) ? StreamPhase.Loading
                : StreamPhase.Running,
            lanes.Sum(static lane => lane.Epoch),
            lanes.Max(static lane => lane.CommittedAtMs),
            lanes.Max(static lane => lane.SourceTimestampUs),
            lanes.Max(static lane => lane.CommitMs),
            lanes.Sum(static lane => lane.StateBytes),
            lanes.Sum(static lane => lane.Quarantined),
            [.. lanes.SelectMany(static lane => lane.Tables)
                .OrderBy(static table => table.Table, StringComparer.Ordinal)],
            lastFailure)
        {
            Lanes = [.. lanes.SelectMany(static lane => lane.Lanes).Order()],
            Streams = [.. lanes.SelectMany(static lane => lane.Streams)],
        };
}

/// <summary>What a worker is at.</summary>
public enum StreamPhase
{
    /// <summary>Reading the lake.</summary>
    Loading,
    /// <summary>Following the log.</summary>
    Running,
    /// <summary>Waiting to start over after a failure.</summary>
    Recovering,
}

/// <summary>One source table in a worker.</summary>
/// <param name="Table"><c>schema.name</c>.</param>
/// <param name="Rows">Current rows.</param>
/// <param name="Changes">Changes applied since the start.</param>
/// <param name="Repeated">Repeats dropped since the start.</param>
/// <param name="Quarantined">Records put into quarantine since the start.</param>
/// <param name="Files">Live files of its current table.</param>
/// <param name="Version">Version of its current table.</param>
/// <param name="SourceTimestampUs">Commit time of the newest change applied, microseconds since 1970.</param>
/// <param name="Position">Highest source position applied.</param>
public sealed record StreamTableStatus(
    string Table,
    long Rows,
    long Changes,
    long Repeated,
    long Quarantined,
    int Files,
    long Version,
    long SourceTimestampUs,
    string Position);
