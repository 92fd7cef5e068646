using System.Runtime.CompilerServices;
using Tapline.Lakehouse.Delta.Actions;
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
            await foreach (var piece in ReadFileAsync(store, files.Version, key, ct))
            {
                sidecars.AddRange(piece.Sidecars);
                yield return piece;
            }
        }
        foreach (var sidecar in sidecars)
        {
            // A name; some writers give the whole path.
            var name = DataPath.Decode(sidecar.Path);
            var key = folder.Sidecar(name[(name.LastIndexOf('/') + 1)..]);
            await foreach (var piece in ReadFileAsync(store, files.Version, key, ct))
                yield return piece;
        }
    }

    static async IAsyncEnumerable<LogCommit> ReadFileAsync(
        IObjectStore store, long version, string key, [EnumeratorCancellation] CancellationToken ct)
    {
        if (key.EndsWith(".json", StringComparison.Ordinal))
        {
            var content = await store.GetAsync(key, ct)
                ?? throw new DeltaFormatException(key, "a checkpoint that was listed", "nothing");
            yield return LogCommit.Parse(version, key, content);
            yield break;
        }
        var path = await store.LocalPathAsync(key, ct);
        foreach (var piece in CheckpointRows.Read(version, key, path, ct))
            yield return piece;
    }
}
