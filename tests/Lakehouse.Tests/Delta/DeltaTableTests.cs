using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using Tapline.Contracts.Columns;
using Tapline.Contracts.Schema;
using Tapline.Lakehouse.Delta;
using Tapline.Lakehouse.Delta.Actions;
using Tapline.Lakehouse.Delta.Commit;
using Tapline.Lakehouse.Delta.DeletionVectors;
using Tapline.TestKit.Storage;

namespace Tapline.Lakehouse.Tests.Delta;

public sealed class DeltaTableTests : IDisposable
{
    const string Root = "current/app.accounts";

    readonly MemoryObjectStore _store = new();

    static CancellationToken Ct => TestContext.Current.CancellationToken;

    public void Dispose() => _store.Dispose();

    [Fact]
    public async Task Where_there_is_no_log_there_is_no_table() =>
        Assert.Null(await DeltaTable.OpenAsync(_store, Root, Tables.Services(), Ct));

    [Fact]
    public async Task A_created_table_has_its_columns_and_the_lowest_protocol()
    {
        var table = await DeltaTable.CreateAsync(_store, Root, Tables.Accounts, Tables.Services(), Ct);
        Assert.Equal(0, table.Snapshot.Version);
        Assert.Equal((1, 2), (table.Snapshot.Protocol.MinReaderVersion, table.Snapshot.Protocol.MinWriterVersion));
        Assert.Equal(Tables.Accounts.Columns, table.Snapshot.Schema);
        Assert.Empty(table.Snapshot.Files);
        var other = await DeltaTable.CreateAsync(_store, Root, Tables.Accounts, Tables.Services(), Ct);
        Assert.Equal(table.Snapshot.Metadata.Id, other.Snapshot.Metadata.Id);
    }

    [Fact]
    public async Task A_commit_is_one_line_an_action_with_its_description_first()
    {
        var table = await DeltaTable.CreateAsync(_store, Root, Tables.Accounts, Tables.Services(), Ct);
        var outcome = await table.CommitAsync(Tables.Append("a b.parquet", appId: "p/accounts/0", epoch: 7), Ct);
        Assert.Equal(new CommitOutcome.Committed(1), outcome);
        var lines = await LinesAsync(1);
        Assert.Equal(["commitInfo", "txn", "add"], lines.Select(static line => line.EnumerateObject().Single().Name));
        var info = lines[0].GetProperty("commitInfo");
        Assert.Equal("STREAMING UPDATE", info.GetProperty("operation").GetString());
        Assert.Equal(0, info.GetProperty("readVersion").GetInt64());
        Assert.True(info.GetProperty("isBlindAppend").GetBoolean());
        Assert.Equal("Tapline/0.1.0", info.GetProperty("engineInfo").GetString());
        Assert.Equal("1", info.GetProperty("operationMetrics").GetProperty("numAddedFiles").GetString());
        Assert.True(Guid.TryParse(info.GetProperty("txnId").GetString(), out _));
        Assert.Equal("p/accounts/0", lines[1].GetProperty("txn").GetProperty("appId").GetString());
        Assert.Equal("a%20b.parquet", lines[2].GetProperty("add").GetProperty("path").GetString());
    }

    [Theory]
    [InlineData(1)]
    [InlineData(100)]
    public async Task Rows_that_leave_are_a_change_also_when_their_file_came_by_one_that_changed_none(int checkpoints)
    {
        var services = Tables.Services() with { CheckpointInterval = checkpoints };
        var table = await DeltaTable.CreateAsync(_store, Root, Tables.Accounts, services, Ct);
        await table.CommitAsync(Tables.Append("a.parquet"), Ct);
        await table.CommitAsync(
            Tables.Replace(table.Snapshot.Files.Values.Single(), "b.parquet") with { DataChange = false }, Ct);
        table = (await DeltaTable.OpenAsync(_store, Root, services, Ct))!;
        await table.CommitAsync(Tables.Replace(table.Snapshot.Files.Values.Single(), "c.parquet"), Ct);

        Assert.False((await ActionAsync(2, "remove")).GetProperty("dataChange").GetBoolean());
        Assert.True((await ActionAsync(3, "remove")).GetProperty("dataChange").GetBoolean());

        async Task<JsonElement> ActionAsync(int version, string name) =>
            (await LinesAsync(version)).Single(line => line.TryGetProperty(name, out _)).GetProperty(name);
    }

    [Fact]
    public async Task Another_instance_sees_a_commit_after_a_refresh()
    {
        var writer = await DeltaTable.CreateAsync(_store, Root, Tables.Accounts, Tables.Services(), Ct);
        var reader = (await DeltaTable.OpenAsync(_store, Root, Tables.Services(), Ct))!;
        await writer.CommitAsync(Tables.Append("x.parquet"), Ct);
        Assert.Equal(0, reader.Snapshot.Version);
        await reader.RefreshAsync(Ct);
        Assert.Equal(1, reader.Snapshot.Version);
        Assert.Equal("x.parquet", Assert.Single(reader.Snapshot.Files.Values).Path);
        Assert.Empty((await DeltaTable.ReadAsync(_store, Root, version: 0, Ct))!.Files);
    }

    [Fact]
    public async Task Rows_are_deleted_by_a_file_that_stays_with_another_deletion_vector()
    {
        var table = await DeltaTable.CreateAsync(
            _store, Root, Tables.Accounts with { HasDeletionVectors = true }, Tables.Services(), Ct);
        Assert.Equal((3, 7), (table.Snapshot.Protocol.MinReaderVersion, table.Snapshot.Protocol.MinWriterVersion));
        var added = Tables.File("x.parquet") with { Stats = """{"numRecords":9,"minValues":{"owner":"é"}}""" };
        await table.CommitAsync(Tables.Append("x.parquet") with { Adds = [added] }, Ct);
        foreach (var rows in new long[][] { [3], [3, 8] })
        {
            var before = Assert.Single(table.Snapshot.Files.Values);
            var adds = await table.WriteDeletedRowsAsync([new(before, new RoaringBitmap(rows))], Ct);
            await table.CommitAsync(
                new DeltaCommit { Operation = "DELETE", Adds = adds, Removes = [before] }, Ct);
            var after = Assert.Single(table.Snapshot.Files.Values);
            Assert.Equal(rows, (await table.ReadDeletedRowsAsync(after, Ct))!.Rows());
            Assert.Equal((before.Path, before.Size), (after.Path, after.Size));
            Assert.Equal("""{"numRecords":9,"minValues":{"owner":"é"},"tightBounds":false}""", after.Stats);
        }
        var info = (await LinesAsync(3))[0].GetProperty("commitInfo").GetProperty("operationMetrics");
        Assert.Equal("0", info.GetProperty("numAddedFiles").GetString());
        Assert.Equal("1", info.GetProperty("numDeletionVectorsUpdated").GetString());
        var reopened = (await DeltaTable.OpenAsync(_store, Root, Tables.Services(), Ct))!;
        Assert.Equal(
            [3L, 8L], (await reopened.ReadDeletedRowsAsync(reopened.Snapshot.Files.Values.Single(), Ct))!.Rows());
    }

    [Fact]
    public async Task Changed_rows_are_kept_beside_the_table_which_every_reader_still_takes()
    {
        var table = await DeltaTable.CreateAsync(
            _store, Root, Tables.Accounts with { KeepsChanges = true }, Tables.Services(), Ct);
        Assert.Equal((1, 7), (table.Snapshot.Protocol.MinReaderVersion, table.Snapshot.Protocol.MinWriterVersion));
        Assert.Null(table.Snapshot.Protocol.ReaderFeatures);
        Assert.Equal(["changeDataFeed"], table.Snapshot.Protocol.WriterFeatures);
        await table.CommitAsync(Tables.Append("a.parquet"), Ct);
        var before = table.Snapshot.Files.Values.Single();
        var other = (await DeltaTable.OpenAsync(_store, Root, Tables.Services(), Ct))!;
        var replace = Tables.Replace(before, "b.parquet") with { Changes = [await WriteChangesAsync(table)] };
        // Somebody appends meanwhile: the rows that changed are the same.
        await other.CommitAsync(Tables.Append("c.parquet"), Ct);
        Assert.Equal(new CommitOutcome.Committed(3), await table.CommitAsync(replace, Ct));

        var cdc = (await LinesAsync(3)).Last().GetProperty("cdc");
        Assert.StartsWith("_change_data/cdc-", cdc.GetProperty("path").GetString());
        Assert.False(cdc.GetProperty("dataChange").GetBoolean());
        Assert.Equal(
            (await _store.GetAsync($"{Root}/{cdc.GetProperty("path").GetString()}", Ct))!.Length,
            cdc.GetProperty("size").GetInt64());
        await Assert.ThrowsAsync<ArgumentException>(() => table.CommitAsync(replace with { DataChange = false }, Ct));
    }

    [Fact]
    public async Task A_commit_that_was_planned_without_the_feed_is_in_conflict_with_the_one_that_switches_it_on()
    {
        var table = await DeltaTable.CreateAsync(_store, Root, Tables.Accounts, Tables.Services(), Ct);
        await table.CommitAsync(Tables.Append("a.parquet"), Ct);
        var replace = Tables.Replace(table.Snapshot.Files.Values.Single(), "b.parquet");
        await Assert.ThrowsAsync<ArgumentException>(async () =>
            await table.CommitAsync(replace with { Changes = [await WriteChangesAsync(table)] }, Ct));
        var line = (await LinesAsync(0)).Single(static line => line.TryGetProperty("metaData", out _)).GetRawText();
        var configuration = "\"configuration\":{";
        Assert.Contains(configuration, line);
        await _store.PutAsync(
            $"{Root}/_delta_log/{2:D20}.json",
            Encoding.UTF8.GetBytes(line.Replace(
                configuration, $"{configuration}\"delta.enableChangeDataFeed\":\"true\"")),
            Ct);

        var conflict = Assert.IsType<CommitOutcome.Conflict>(await table.CommitAsync(replace, Ct));

        Assert.Equal((2, "the table's columns or properties were changed"), (conflict.Version, conflict.Reason));
        Assert.True(table.Snapshot.KeepsChanges);
    }

    static async Task<ChangeFile> WriteChangesAsync(DeltaTable table)
    {
        var rows = new ColumnBatch([Tables.Accounts.Columns[0], ChangeFeed.TypeColumn]);
        rows.Columns[0].Append(1L);
        rows.Columns[1].Append(Encoding.UTF8.GetBytes(ChangeFeed.Insert));
        return await table.WriteChangeFileAsync(rows, null, newSchema: default, Ct);
    }

    [Fact]
    public async Task Two_deletions_in_one_file_do_not_both_win()
    {
        var ours = await DeltaTable.CreateAsync(
            _store, Root, Tables.Accounts with { HasDeletionVectors = true }, Tables.Services(), Ct);
        var added = Tables.File("x.parquet") with { Stats = """{"numRecords":9}""" };
        await ours.CommitAsync(Tables.Append("x.parquet") with { Adds = [added] }, Ct);
        var theirs = (await DeltaTable.OpenAsync(_store, Root, Tables.Services(), Ct))!;
        var outcomes = new List<CommitOutcome>();
        foreach (var (table, row) in new[] { (theirs, 1L), (ours, 2L) })
        {
            var file = table.Snapshot.Files.Values.Single();
            var adds = await table.WriteDeletedRowsAsync([new(file, new RoaringBitmap([row]))], Ct);
            outcomes.Add(await table.CommitAsync(
                new DeltaCommit { Operation = "DELETE", Adds = adds, Removes = [file] }, Ct));
        }
        Assert.IsType<CommitOutcome.Committed>(outcomes[0]);
        Assert.Contains("x.parquet was removed", Assert.IsType<CommitOutcome.Conflict>(outcomes[1]).Reason);
    }

    [Theory]
    [InlineData(null, "does not say how many rows")]
    [InlineData("""{"numRecords":2}""", "row 2 is none of them")]
    public async Task Rows_that_a_file_does_not_have_are_not_deleted(string? stats, string reason)
    {
        var table = await DeltaTable.CreateAsync(
            _store, Root, Tables.Accounts with { HasDeletionVectors = true }, Tables.Services(), Ct);
        var rows = new DeletedRows(Tables.File("x.parquet") with { Stats = stats }, new RoaringBitmap([2]));
        var refused = await Assert.ThrowsAsync<ArgumentException>(() => table.WriteDeletedRowsAsync([rows], Ct));
        Assert.Contains(reason, refused.Message);
        var plain = await DeltaTable.CreateAsync(_store, "plain", Tables.Accounts, Tables.Services(), Ct);
        await Assert.ThrowsAsync<InvalidOperationException>(() => plain.WriteDeletedRowsAsync([rows], Ct));
    }

    [Fact]
    public async Task A_removed_file_leaves_a_tombstone_with_what_the_addition_said()
    {
        var table = await DeltaTable.CreateAsync(_store, Root, Tables.Accounts, Tables.Services(), Ct);
        await table.CommitAsync(Tables.Append("x.parquet"), Ct);
        var file = table.Snapshot.Files.Values.Single();
        var outcome = await table.CommitAsync(Tables.Replace(file, "y.parquet"), Ct);
        Assert.IsType<CommitOutcome.Committed>(outcome);
        Assert.Equal("y.parquet", Assert.Single(table.Snapshot.Files.Values).Path);
        var remove = Assert.Single(table.Snapshot.Tombstones.Values);
        Assert.Equal((file.Path, file.Size, true), (remove.Path, remove.Size, remove.ExtendedFileMetadata));
    }

    [Fact]
    public async Task A_commit_of_a_transaction_that_the_table_has_is_not_made_again()
    {
        var table = await DeltaTable.CreateAsync(_store, Root, Tables.Accounts, Tables.Services(), Ct);
        var late = (await DeltaTable.OpenAsync(_store, Root, Tables.Services(), Ct))!;
        await table.CommitAsync(Tables.Append("x.parquet", "lane", 5), Ct);
        var already = new CommitOutcome.AlreadyCommitted(1);
        Assert.Equal(already, await table.CommitAsync(Tables.Append("y.parquet", "lane", 5), Ct));
        Assert.Equal(already, await table.CommitAsync(Tables.Append("y.parquet", "lane", 4), Ct));
        // This one does not know of it yet and learns it from the lost race.
        Assert.Equal(already, await late.CommitAsync(Tables.Append("y.parquet", "lane", 5), Ct));
        Assert.Equal(1, table.Snapshot.Version);
        Assert.Equal(new CommitOutcome.Committed(2), await late.CommitAsync(Tables.Append("y.parquet", "lane", 6), Ct));
    }

    [Fact]
    public async Task A_lost_race_is_retried_on_the_winner()
    {
        var first = await DeltaTable.CreateAsync(_store, Root, Tables.Accounts, Tables.Services(), Ct);
        var second = (await DeltaTable.OpenAsync(_store, Root, Tables.Services(), Ct))!;
        await first.CommitAsync(Tables.Append("x.parquet"), Ct);
        Assert.Equal(new CommitOutcome.Committed(2), await second.CommitAsync(Tables.Append("y.parquet"), Ct));
        Assert.Equal(["x.parquet", "y.parquet"], second.Snapshot.Files.Values.Select(static file => file.Path).Order());
    }

    [Fact]
    public async Task Two_writers_cannot_remove_one_file()
    {
        var first = await DeltaTable.CreateAsync(_store, Root, Tables.Accounts, Tables.Services(), Ct);
        await first.CommitAsync(Tables.Append("x.parquet"), Ct);
        var second = (await DeltaTable.OpenAsync(_store, Root, Tables.Services(), Ct))!;
        var file = first.Snapshot.Files.Values.Single();
        await first.CommitAsync(Tables.Replace(file, "y.parquet"), Ct);
        Assert.Equal(
            new CommitOutcome.Conflict(2, "file x.parquet was removed"),
            await second.CommitAsync(Tables.Replace(file, "z.parquet"), Ct));
        Assert.Equal(
            new CommitOutcome.Conflict(2, "file x.parquet is not in the table"),
            await second.CommitAsync(Tables.Replace(file, "z.parquet"), Ct));
    }

    [Fact]
    public async Task Columns_are_added_at_the_end_and_two_writers_may_add_the_same_one()
    {
        var first = await DeltaTable.CreateAsync(_store, Root, Tables.Accounts, Tables.Services(), Ct);
        var second = (await DeltaTable.OpenAsync(_store, Root, Tables.Services(), Ct))!;
        var wider = Tables.Accounts.Columns.Add(new ColumnSchema("score", ColumnType.Float64));
        await first.CommitAsync(Tables.Append("x.parquet") with { NewSchema = wider }, Ct);
        await second.CommitAsync(Tables.Append("y.parquet") with { NewSchema = wider }, Ct);
        Assert.Equal(wider, second.Snapshot.Schema);
        Assert.DoesNotContain(await LinesAsync(2), static line => line.TryGetProperty("metaData", out _));
        var other = Tables.Accounts.Columns.Add(new ColumnSchema("score", ColumnType.Int32));
        Assert.IsType<CommitOutcome.Conflict>(
            await first.CommitAsync(Tables.Append("z.parquet") with { NewSchema = other }, Ct));
    }

    [Fact]
    public async Task A_gap_in_the_log_is_named()
    {
        var table = await DeltaTable.CreateAsync(_store, Root, Tables.Accounts, Tables.Services(), Ct);
        await table.CommitAsync(Tables.Append("x.parquet"), Ct);
        await table.CommitAsync(Tables.Append("y.parquet"), Ct);
        await _store.DeleteAsync($"{Root}/_delta_log/00000000000000000001.json", Ct);
        var damaged = await Assert.ThrowsAsync<DeltaFormatException>(
            () => DeltaTable.OpenAsync(_store, Root, Tables.Services(), Ct));
        Assert.Equal($"{Root}/_delta_log/00000000000000000001.json", damaged.File);
    }

    [Fact]
    public async Task A_commit_that_ends_in_the_middle_is_named_with_its_line()
    {
        var table = await DeltaTable.CreateAsync(_store, Root, Tables.Accounts, Tables.Services(), Ct);
        await table.CommitAsync(Tables.Append("x.parquet"), Ct);
        var key = $"{Root}/_delta_log/00000000000000000001.json";
        var content = (await _store.GetAsync(key, Ct))!;
        await _store.PutAsync(key, content.AsMemory(0, content.Length - 20), Ct);
        var damaged = await Assert.ThrowsAsync<DeltaFormatException>(
            () => DeltaTable.OpenAsync(_store, Root, Tables.Services(), Ct));
        Assert.StartsWith($"{key}: an action as a JSON object on line 2", damaged.Message, StringComparison.Ordinal);
    }

    async Task<List<JsonElement>> LinesAsync(long version)
    {
        var content = await _store.GetAsync($"{Root}/_delta_log/{version:D20}.json", Ct);
        var lines = Encoding.UTF8.GetString(content!).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        return [.. lines.Select(static line => JsonDocument.Parse(line).RootElement)];
    }
}
