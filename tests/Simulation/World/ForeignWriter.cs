using Tapline.Contracts.Columns;
using Tapline.Contracts.Schema;
using Tapline.Lakehouse.Delta;
using Tapline.Lakehouse.Delta.Commit;
using Tapline.Lakehouse.Storage;

namespace Tapline.Simulation.Tests.World;

/// <summary>Somebody who knows nothing of lanes and appends a row to one of their tables.</summary>
sealed class ForeignWriter(IObjectStore store, DeltaServices services, ForeignRows rows)
{
    /// <summary>Appends a row; nothing happens when there is no such table yet.</summary>
    public async Task AppendAsync(string root, CancellationToken ct)
    {
        if (await DeltaTable.OpenAsync(store, root, services, ct) is not { } table)
            return;
        var key = rows.NextKey();
        var batch = new ColumnBatch(table.Snapshot.Schema);
        foreach (var column in batch.Columns)
            AppendValue(column, key);
        var outcome = await table.CommitAsync(
            new DeltaCommit
            {
                Operation = "WRITE",
                Adds = [await table.WriteDataFileAsync(batch, null, "foreign", ct)],
                IsBlindAppend = true,
            },
            ct);
        if (outcome is CommitOutcome.Committed)
            rows.Committed(root, key);
    }

    static void AppendValue(ColumnBuffer column, int key)
    {
        switch (column.Type)
        {
            case ColumnType.Int32:
                column.Append(key);
                break;
            case ColumnType.Int64 or ColumnType.Timestamp:
                column.Append(0L);
                break;
            default:
                column.Append("c"u8);
                break;
        }
    }
}
