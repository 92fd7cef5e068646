using System.Runtime.CompilerServices;
using Tapline.Lakehouse.Delta.Log;
using Tapline.Lakehouse.DuckDb;
using Tapline.Lakehouse.Storage;

namespace Tapline.Lakehouse.Delta.Checkpoint;

/// <summary>Reads checkpoints of the first kind, in one file or many, by DuckDB.</summary>
sealed class CheckpointReader : ICheckpointReader
{
    public async IAsyncEnumerable<LogCommit> ReadAsync(
        IObjectStore store, CheckpointFiles files, [EnumeratorCancellation] CancellationToken ct)
    {
        foreach (var key in files.Keys)
        {
            var path = await store.LocalPathAsync(key, ct);
            foreach (var piece in CheckpointRows.Read(files.Version, key, path, ct))
                yield return piece;
        }
    }
}
