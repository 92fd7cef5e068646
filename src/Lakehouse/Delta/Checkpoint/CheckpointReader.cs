using System.Runtime.CompilerServices;
using Tapline.Lakehouse.Delta.Actions;
using Tapline.Lakehouse.Delta.Files;
using Tapline.Lakehouse.Delta.Log;
using Tapline.Lakehouse.Storage;

namespace Tapline.Lakehouse.Delta.Checkpoint;

/// <summary>Reads checkpoints of every kind: one file or many, JSON or Parquet (by DuckDB), and the sidecars that they
/// name.</summary>
sealed class CheckpointReader : ICheckpointReader
{
    public async IAsyncEnumerable<LogCommit> ReadAsync(
        IObjectStore store, LogFolder folder, CheckpointFiles files, [EnumeratorCancellation] CancellationToken ct)
    {
        var sidecars = new List<Sidecar>();
        foreach (var key in files.Keys)
        {
            await foreach (var piece in ReadFileAsync(store, files.Version, key, CheckpointPart.All, ct))
            {
                if (piece.CheckpointVersion is { } version && version != files.Version)
                    throw new DeltaFormatException(key, $"a checkpoint of version {files.Version}", $"{version}");
                sidecars.AddRange(piece.Sidecars);
                yield return piece;
            }
        }
        foreach (var sidecar in sidecars)
        {
            var location = LogFolder.Sidecars + sidecar.Name;
            var path = await new TableFiles(store, folder).LocalPathAsync(location, size: null, ct);
            foreach (var piece in CheckpointRows.Read(
                files.Version, folder.KeyOf(location), path, CheckpointPart.All, ct))
                yield return piece;
        }
    }

    /// <summary>The sidecars that a checkpoint names. Throws <see cref="DeltaFormatException"/> for files that are no
    /// checkpoint.</summary>
    public static async Task<IReadOnlyList<Sidecar>> SidecarsAsync(
        IObjectStore store, CheckpointFiles files, CancellationToken ct)
    {
        var sidecars = new List<Sidecar>();
        foreach (var key in files.Keys)
        {
            await foreach (var piece in ReadFileAsync(store, files.Version, key, CheckpointPart.Sidecars, ct))
                sidecars.AddRange(piece.Sidecars);
        }
        return sidecars;
    }

    static async IAsyncEnumerable<LogCommit> ReadFileAsync(
        IObjectStore store,
        long version,
        string key,
        CheckpointPart part,
        [EnumeratorCancellation] CancellationToken ct)
    {
        if (key.EndsWith(".json", StringComparison.Ordinal))
        {
            var content = await store.GetAsync(key, ct)
                ?? throw new DeltaFormatException(key, "a checkpoint that was listed", "nothing");
            yield return LogCommit.Parse(version, key, content);
            yield break;
        }
        var path = await store.LocalPathAsync(key, ct);
        foreach (var piece in CheckpointRows.Read(version, key, path, part, ct))
            yield return piece;
    }
}
