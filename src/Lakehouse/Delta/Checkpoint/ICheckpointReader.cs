using Tapline.Lakehouse.Delta.Log;
using Tapline.Lakehouse.Storage;

namespace Tapline.Lakehouse.Delta.Checkpoint;

/// <summary>Reads checkpoints. A seam because the log's rules are tested without a Parquet reader.</summary>
interface ICheckpointReader
{
    /// <summary>The actions of a checkpoint in pieces, each with the checkpoint's version. Throws
    /// <see cref="DeltaFormatException"/> for files that are no checkpoint.</summary>
    IAsyncEnumerable<LogCommit> ReadAsync(
        IObjectStore store, LogFolder folder, CheckpointFiles files, CancellationToken ct);
}
