using Tapline.Ingest.Postgres.Catalog;
using Tapline.Ingest.Postgres.Envelope;

namespace Tapline.Ingest.Postgres.Signals;

/// <summary>Rows that were read again and wait for their place in the stream.</summary>
/// <param name="Id">Names the marks around the place.</param>
/// <param name="Table">The table, and how far it is when these rows are in the log.</param>
/// <param name="Columns">The rows' columns.</param>
/// <param name="Rows">The rows.</param>
/// <param name="Snapshot">What they were read under.</param>
/// <param name="IsLast">Whether the table has no more.</param>
sealed record RereadChunk(
    string Id,
    RereadTable Table,
    TableDescription Columns,
    IReadOnlyList<RowText> Rows,
    SnapshotBounds Snapshot,
    bool IsLast)
{
    readonly TaskCompletionSource<bool> _placed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Ends when the stream has reached the place: true when the rows are there, false when they have to be
    /// read anew.</summary>
    public Task<bool> Placed => _placed.Task;

    public void SetPlaced(bool isPlaced) => _placed.TrySetResult(isPlaced);
}
