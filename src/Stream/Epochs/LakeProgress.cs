using System.Collections.Immutable;
using Tapline.Contracts.Log;
using Tapline.Lakehouse.Storage;

namespace Tapline.Streaming.Epochs;

/// <summary>How far the lanes of a lake have come: together one cut across all tables.</summary>
/// <param name="Lanes">The lanes that have begun an epoch, ascending.</param>
public sealed record LakeProgress(ImmutableArray<LaneProgress> Lanes)
{
    /// <summary>Reads it from a lake.</summary>
    public static async Task<LakeProgress> ReadAsync(IObjectStore store, CancellationToken ct)
    {
        var lanes = ImmutableArray.CreateBuilder<LaneProgress>();
        foreach (var lane in await EpochStore.LanesAsync(store, ct))
        {
            var (manifest, open) = await new EpochStore(store, lane).ReadAsync(ct);
            lanes.Add(new LaneProgress(lane, manifest, open));
        }
        return new LakeProgress(lanes.ToImmutable());
    }

    /// <summary>How many epochs are whole, of all lanes together.</summary>
    public long Epochs => Lanes.Sum(static lane => lane.Manifest?.Epoch ?? 0);

    /// <summary>Whether a lane is at an epoch that it has not completed.</summary>
    public bool HasOpen => Lanes.Any(static lane => lane.Open is not null);

    /// <summary>When the newest epoch was completed, milliseconds since 1970; 0 before the first.</summary>
    public long CommittedAtMs =>
        Lanes.Select(static lane => lane.Manifest?.CommittedAtMs ?? 0).DefaultIfEmpty().Max();

    /// <summary>Commit time of the newest change in the lake, microseconds since 1970; 0 for none.</summary>
    public long SourceTimestampUs =>
        Lanes.Select(static lane => lane.Manifest?.SourceTimestampUs ?? 0).DefaultIfEmpty().Max();

    /// <summary>The offset up to which the lake has a partition of a table's topic.</summary>
    public long Offset(TopicPartition partition) => Lanes
        .Select(lane => lane.Manifest?.Offsets.GetValueOrDefault(partition.Topic)?
            .GetValueOrDefault(partition.Partition) ?? 0)
        .DefaultIfEmpty()
        .Max();
}

/// <summary>How far a lane has come.</summary>
/// <param name="Lane">Which.</param>
/// <param name="Manifest">Its newest manifest; null before its first epoch is whole.</param>
/// <param name="Open">The epoch that it is at; null for none.</param>
public sealed record LaneProgress(int Lane, EpochManifest? Manifest, EpochIntent? Open);
