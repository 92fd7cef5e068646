using System.Collections.Immutable;
using Tapline.Lakehouse.Storage;

namespace Tapline.Lakehouse.Delta.Log;

/// <summary>Which files of a log make up a version: the newest complete checkpoint, and the commits after it.</summary>
/// <param name="Checkpoint">The checkpoint; null when the commits start at 0.</param>
/// <param name="Commits">Versions of the commits after it, ascending.</param>
sealed record LogListing(CheckpointFiles? Checkpoint, ImmutableArray<long> Commits)
{
    /// <summary>Whether there is nothing of a table.</summary>
    public bool IsEmpty => Checkpoint is null && Commits.IsEmpty;

    /// <summary>The version that the files make up.</summary>
    public long LastVersion => Commits.IsEmpty ? Checkpoint!.Version : Commits[^1];

    /// <summary>The newest version with a checkpoint of the second kind, which is not read here; -1 for none.</summary>
    public long UuidCheckpointVersion { get; init; } = -1;

    /// <summary>Lists a log from a version on, up to <paramref name="through"/> where given.</summary>
    public static async Task<LogListing> ReadAsync(
        IObjectStore store, LogFolder folder, long from, long? through, CancellationToken ct)
    {
        var commits = ImmutableArray.CreateBuilder<long>();
        var candidates = new Dictionary<(long Version, int Parts), List<string>>();
        var start = folder.Prefix.Length;
        var uuidCheckpoint = -1L;
        await foreach (var info in store.ListAsync(folder.Prefix, folder.Before(from), ct))
        {
            switch (LogFileName.Parse(info.Key.AsSpan(start)))
            {
                case LogFileName.Commit commit when commit.Version <= (through ?? long.MaxValue):
                    commits.Add(commit.Version);
                    break;
                case LogFileName.Checkpoint one when one.Version <= (through ?? long.MaxValue):
                    candidates[(one.Version, 1)] = [info.Key];
                    break;
                case LogFileName.CheckpointPart part when part.Version <= (through ?? long.MaxValue):
                    Parts(part.Version, part.Parts).Add(info.Key);
                    break;
                case LogFileName.UuidCheckpoint other when other.Version <= (through ?? long.MaxValue):
                    uuidCheckpoint = other.Version;
                    break;
                default:
                    break;
            }
        }
        // Parts are told apart by their number of parts: two writers may have cut one version differently.
        var newest = candidates
            .Where(static candidate => candidate.Value.Count == Math.Abs(candidate.Key.Parts))
            .OrderByDescending(static candidate => candidate.Key.Version)
            .ThenByDescending(static candidate => candidate.Key.Parts)
            .Select(static candidate => new CheckpointFiles(candidate.Key.Version, [.. candidate.Value]))
            .FirstOrDefault();
        var first = newest?.Version ?? -1;
        return new LogListing(newest, [.. commits.Where(version => version > first).Order()])
        {
            UuidCheckpointVersion = uuidCheckpoint,
        };

        // Negative, so that one part of one does not meet the checkpoint in one file.
        List<string> Parts(long version, int parts)
        {
            if (!candidates.TryGetValue((version, -parts), out var keys))
                candidates[(version, -parts)] = keys = [];
            return keys;
        }
    }

    /// <summary>Throws <see cref="DeltaFormatException"/> when a commit is missing, or the version that was asked for,
    /// and <see cref="DeltaUnsupportedException"/> when only a checkpoint of the second kind stands for the
    /// commits.</summary>
    public void CheckComplete(LogFolder folder, long? wanted)
    {
        var next = (Checkpoint?.Version ?? -1) + 1;
        foreach (var version in Commits)
        {
            // The commits before it may have been cleaned up.
            if (version != next && UuidCheckpointVersion >= next)
                throw new DeltaUnsupportedException(folder.Table, "read", ["v2Checkpoint"]);
            if (version != next)
                throw new DeltaFormatException(folder.Commit(next), "a commit", $"a gap up to version {version}");
            next++;
        }
        if (wanted is { } through && LastVersion < through)
            throw new DeltaFormatException(folder.Commit(through), "a commit", $"a log up to version {LastVersion}");
    }
}

/// <summary>A complete checkpoint: one file, or all parts of one.</summary>
sealed record CheckpointFiles(long Version, ImmutableArray<string> Keys);
