using System.Collections.Immutable;
using Tapline.Contracts.Columns;
using Tapline.Contracts.Schema;
using Tapline.Lakehouse.Delta;
using Tapline.Lakehouse.Delta.Commit;
using Tapline.Lakehouse.Delta.DeletionVectors;
using Tapline.Lakehouse.Delta.Maintenance;
using Tapline.Lakehouse.Delta.Scan;
using Tapline.Lakehouse.DuckDb;
using Tapline.Lakehouse.Storage;
using Tapline.TestKit.Delta;
using Tapline.TestKit.Storage;

namespace Tapline.Lakehouse.Tests.Delta.Foreign;

/// <summary>A writer that is not ours, on a table of ours, at the same time.</summary>
public sealed class ForeignWriterTests : IDisposable
{
    const int ForeignInserts = 5;
    const int ForeignRows = 20;
    const long ForeignIdMin = 1_000_000;

    static readonly ImmutableArray<ColumnSchema> Columns =
        [new("id", ColumnType.Int64), new("body", ColumnType.String)];

    readonly TemporaryFolder _folder = new("foreign-writer");

    static CancellationToken Ct => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task What_another_writer_appends_and_what_we_append_and_delete_meanwhile_are_both_there_once()
    {
        var (chdb, reason) = await ChdbReader.FindAsync(Ct);
        if (chdb is null)
            Assert.Skip(reason);
        var store = new LocalObjectStore(_folder.FullPath);
        var services = Tables.Services() with { CheckpointInterval = 7 };
        var table = await DeltaTable.CreateAsync(
            store, "t", new DeltaTableDefinition(Columns) { HasDeletionVectors = true }, services, Ct);
        var inserting = InsertAsync(chdb);
        var rounds = 0L;
        for (; rounds < 10 || !inserting.IsCompleted; rounds++)
        {
            // Two rows come, and the second one of the round before goes.
            var previous = table.Snapshot.Files.Values.FirstOrDefault(
                file => file.Stats!.Contains($"\"maxValues\":{{\"id\":{(rounds * 2) - 1},", StringComparison.Ordinal));
            var rows = new ColumnBatch(Columns);
            for (var id = rounds * 2; id < (rounds * 2) + 2; id++)
            {
                rows.Columns[0].Append(id);
                rows.Columns[1].Append("ours"u8);
            }
            var adds = ImmutableArray.Create(await table.WriteDataFileAsync(rows, null, "0", Ct));
            if (previous is not null)
            {
                adds = adds.AddRange(await table.WriteDeletedRowsAsync(
                    [new DeletedRows(previous, new RoaringBitmap([1L]))], Ct));
            }
            Assert.IsType<CommitOutcome.Committed>(await table.CommitAsync(
                new DeltaCommit
                {
                    Operation = "MERGE",
                    Adds = adds,
                    Removes = previous is null ? [] : [previous],
                    Transaction = new TransactionId("p/t/0", rounds),
                },
                Ct));
        }
        await inserting;

        await table.RefreshAsync(Ct);
        var ours = Enumerable.Range(0, (int)rounds * 2).Where(id => id % 2 == 0 || id == (rounds * 2) - 1);
        var theirs = Enumerable.Range((int)ForeignIdMin, ForeignInserts * ForeignRows);
        var expected = ours.Concat(theirs).Select(static id => $"[{id}]");
        Assert.Equal(expected, await IdsAsync(store, table));
        Assert.Equal(
            expected,
            await chdb.QueryAsync(
                $"SELECT toInt32(id) FROM {ChdbReader.Table(Path.Combine(_folder.FullPath, "t"))} ORDER BY id", Ct));
        Assert.Empty(await new TableCheck(store, "t").RunAsync(Ct));
    }

    async Task InsertAsync(ChdbReader chdb)
    {
        for (var insert = 0; insert < ForeignInserts;)
        {
            var start = ForeignIdMin + (insert * ForeignRows);
            try
            {
                await chdb.QueryAsync(
                    $"INSERT INTO FUNCTION {ChdbReader.Table(Path.Combine(_folder.FullPath, "t"))} "
                    + $"SELECT toNullable(toInt64(number + {start})) AS id, toNullable('theirs') AS body "
                    + $"FROM numbers({ForeignRows}) SETTINGS allow_delta_lake_writes = 1",
                    Ct);
                insert++;
            }
            catch (InvalidOperationException lost) when (lost.Message.Contains("onflict", StringComparison.Ordinal))
            {
                // It lost a race and does not try again by itself: nothing of it is in the table.
            }
        }
    }

    static async Task<List<string>> IdsAsync(LocalObjectStore store, DeltaTable table)
    {
        var scan = await TableScan.PlanAsync(store, "t", table.Snapshot, files: null, Ct);
        using var database = DuckDbDatabase.Open();
        using var connection = database.Connect();
        new ScanSession(connection).Bind("rows", scan, Ct);
        using var result = connection.Query($"SELECT id FROM ({ScanSession.Select("rows", scan)}) ORDER BY id", ct: Ct);
        var rows = new ColumnBatch([Columns[0]]);
        result.CopyTo(rows);
        return [.. rows.Columns[0].Int64s[..rows.Count].ToArray().Select(static id => $"[{id}]")];
    }
}
