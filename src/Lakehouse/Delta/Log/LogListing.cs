using System.Collections.Immutable;
using Tapline.Lakehouse.Storage;

namespace Tapline.Lakehouse.Delta.Log;

/// <summary>The files of a log that may make up a version.</summary>
/// <param name="Checkpoints">The complete checkpoints, newest first.</param>
/// <param name="Commits">The commits, ascending.</param>
sealed record LogListing(ImmutableArray<CheckpointFiles> Checkpoints, ImmutableArray<CommitFile> Commits)
{
    /// <summary>The versions that have a checksum.</summary>
    public ImmutableArray<long> Checksums { get; init; } = [];

    /// <summary>Whether there is nothing of a table.</summary>
    public bool IsEmpty => Checkpoints.IsEmpty && Commits.IsEmpty;

    /// <summary>The newest version; -1 for none.</summary>
    public long LastVersion => Math.Max(
        Commits.IsEmpty ? -1 : Commits[^1].Version, Checkpoints.IsEmpty ? -1 : Checkpoints[0].Version);

    /// <summary>Lists a log from a version on, up to <paramref name="through"/> where given.</summary>
    public static async Task<LogListing> ReadAsync(
        IObjectStore store, LogFolder folder, long from, long? through, CancellationToken ct)
    {
        var commits = ImmutableArray.CreateBuilder<CommitFile>();
        var checkpoints = ImmutableArray.CreateBuilder<CheckpointFiles>();
        var checksums = ImmutableArray.CreateBuilder<long>();
        // Parts are told apart by their number of parts: two writers may have cut one version differently.
        var parts = new Dictionary<(long Version, int Parts), List<string>>();
        var start = folder.Prefix.Length;
        await foreach (var info in store.ListAsync(folder.Prefix, folder.Before(from), ct))
        {
            switch (LogFileName.Parse(info.Key.AsSpan(start)))
            {
                case LogFileName.Commit commit when commit.Version <= (through ?? long.MaxValue):
                    commits.Add(new CommitFile(commit.Version, info.ModifiedMs));
                    break;
                case LogFileName.Checkpoint one when one.Version <= (through ?? long.MaxValue):
                    checkpoints.Add(new CheckpointFiles(one.Version, [info.Key]));
                    break;
                case LogFileName.UuidCheckpoint one when one.Version <= (through ?? long.MaxValue):
                    checkpoints.Add(new CheckpointFiles(one.Version, [info.Key]));
                    break;
                case LogFileName.CheckpointPart part when part.Version <= (through ?? long.MaxValue):
                    if (!parts.TryGetValue((part.Version, part.Parts), out var keys))
                        parts.Add((part.Version, part.Parts), keys = []);
                    keys.Add(info.Key);
                    break;
                case LogFileName.Checksum checksum when checksum.Version <= (through ?? long.MaxValue):
                    checksums.Add(checksum.Version);
                    break;
                default:
                    break;
            }
        }
        foreach (var (of, keys) in parts.Where(static found => found.Value.Count == found.Key.Parts))
            checkpoints.Add(new CheckpointFiles(of.Version, [.. keys]));
        return new LogListing(
            [.. checkpoints.OrderByDescending(static checkpoint => checkpoint.Version)],
            [.. commits.OrderBy(static commit => commit.Version)])
        {
            Checksums = checksums.ToImmutable(),
        };
    }

    /// <summary>The commits that follow a checkpoint, or all of them. Throws <see cref="DeltaFormatException"/> when
    /// one is missing in between.</summary>
    public ImmutableArray<CommitFile> CommitsAfter(CheckpointFiles? checkpoint, LogFolder folder)
    {
        var next = (checkpoint?.Version ?? -1) + 1;
        var after = Commits.RemoveAll(commit => commit.Version < next);
        foreach (var commit in after)
        {
            if (commit.Version != next)
            {
                throw new DeltaFormatException(
                    folder.Commit(next), "a commit", $"a gap up to version {commit.Version}");
            }
            next++;
        }
        return after;
    }
}

/// <summary>A complete checkpoint: one file, or all parts of one.</summary>
sealed record CheckpointFiles(long Version, ImmutableArray<string> Keys);

/// <summary>A commit in a listing.</summary>
/// <param name="Version">The version that it makes.</param>
/// <param name="ModifiedMs">When its file was written, milliseconds since 1970.</param>
readonly record struct CommitFile(long Version, long ModifiedMs);
