using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Tapline.Contracts;
using Tapline.Contracts.Columns;
using Tapline.Contracts.Schema;
using Tapline.Lakehouse.Delta;
using Tapline.Lakehouse.Delta.Actions;
using Tapline.Lakehouse.Delta.Commit;
using Tapline.Lakehouse.Delta.DeletionVectors;
using Tapline.Lakehouse.Delta.Maintenance;
using Tapline.Lakehouse.Delta.Scan;
using Tapline.Lakehouse.DuckDb;
using Tapline.Lakehouse.Storage;
using Tapline.TestKit.Delta;
using Tapline.TestKit.Storage;

namespace Tapline.Lakehouse.Tests.Delta.Commit;

public sealed class ColumnAlterationTests : IDisposable
{
    static readonly ImmutableArray<ColumnSchema> Columns =
        [new("id", ColumnType.Int64), new("a", ColumnType.String), new("b", ColumnType.Int64)];

    readonly TemporaryFolder _folder = new("alteration");
    readonly LocalObjectStore _store;

    public ColumnAlterationTests() => _store = new LocalObjectStore(_folder.FullPath);

    static CancellationToken Ct => TestContext.Current.CancellationToken;

    static DeltaServices Services => Tables.Services() with { CheckpointInterval = 5 };

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    public async Task Old_files_are_read_under_the_columns_that_there_are_now(int seed)
    {
        var random = new Random(seed);
        var table = await CreateAsync();
        // Of each row what it has under the names of now, in the order of the columns.
        var model = new SortedDictionary<long, List<string?>>();
        for (var step = 0; step < 25; step++)
        {
            switch (random.Next(8))
            {
                case 0:
                    await RenameAsync(table, random, step);
                    break;
                case 1 when table.Snapshot.Schema.Length > 2:
                    await DropAsync(table, random, model);
                    break;
                case 2:
                    await AppendAsync(table, model, random, added: new($"a b{step}", ColumnType.String));
                    break;
                case 3 when model.Count > 0:
                    await DeleteAsync(table, model, random);
                    break;
                case 4:
                    await new TableOptimizer(_store, "t").RunAsync(table, Ct);
                    break;
                default:
                    await AppendAsync(table, model, random, added: null);
                    break;
            }
        }
        var expected = model.Select(static row => $"{row.Key}|{string.Join('|', row.Value)}").ToArray();
        Assert.Equal(expected, await RowsAsync(table));
        Assert.Empty(await new TableCheck(_store, "t").RunAsync(Ct));
        var newest = table.Snapshot.Version / 5 * 5;
        for (var version = 0; version <= newest && newest > 0; version++)
            await _store.DeleteAsync($"t/_delta_log/{version:D20}.json", Ct);
        Assert.Equal(expected, await RowsAsync((await DeltaTable.OpenAsync(_store, "t", Services, Ct))!));
    }

    [Fact]
    public async Task Another_reader_finds_renamed_columns_and_none_that_was_dropped()
    {
        var (reader, reason) = await ChdbReader.FindAsync(Ct);
        if (reader is null)
            Assert.Skip(reason);
        var table = await CreateAsync();
        await AppendAsync(table, new(), new Random(1), added: null);
        await AlterAsync(table, new ColumnAlteration.Rename("a", "b c"), new ColumnAlteration.Drop("b"));
        await AppendAsync(table, new(), new Random(2), added: new("b", ColumnType.String));
        var rows = await RowsAsync(table);
        var from = ChdbReader.Table(Path.Combine(_folder.FullPath, "t"));
        Assert.Equal(
            rows,
            (await reader.QueryAsync(
                $"SELECT concat(toString(id), '|', ifNull(`b c`, ''), '|', ifNull(b, '')) FROM {from} ORDER BY id", Ct))
                .Select(static row => row[2..^2]));
        // By statistics, too, which files have under names of their own.
        var first = rows.Select(static row => row.Split('|')).First(static row => row[1].Length > 0);
        Assert.Equal(
            [$"[\"{first[0]}\"]"],
            await reader.QueryAsync($"SELECT toString(id) FROM {from} WHERE `b c` = '{first[1]}'", Ct));
    }

    [Fact]
    public async Task Files_know_columns_by_ids_and_by_names_that_are_never_used_again()
    {
        var table = await CreateAsync();
        Assert.Equal(["deletionVectors", "columnMapping"], table.Snapshot.Protocol.ReaderFeatures);
        await AppendAsync(table, new(), new Random(1), added: null);
        var names = table.Snapshot.Structure.Fields.Select(static field => field.PhysicalName).ToArray();
        await AlterAsync(table, new ColumnAlteration.Drop("b"));
        await AppendAsync(table, new(), new Random(2), added: new("b", ColumnType.Int64));
        var again = table.Snapshot.Structure.Fields[^1];
        Assert.Equal(("b", 4), (again.Name, again.MappingId));
        Assert.DoesNotContain(again.PhysicalName, names);
        Assert.Equal("4", table.Snapshot.Metadata.Property("delta.columnMapping.maxColumnId"));
        var newest = table.Snapshot.Files.Values.MaxBy(static file => file.ModificationTime)!;
        using var database = DuckDbDatabase.Open();
        using var connection = database.Connect();
        var path = SqlText.File(await _store.LocalPathAsync($"t/{newest.Location}", Ct));
        using var result = connection.Query(
            $"SELECT string_agg(name || ' ' || field_id, ',' ORDER BY field_id) FROM parquet_schema({path}) "
            + "WHERE field_id IS NOT NULL",
            ct: Ct);
        using var chunk = result.NextChunk()!;
        Assert.Equal(
            $"{names[0]} 1,{names[1]} 2,{again.PhysicalName} 4", Encoding.UTF8.GetString(chunk.Column(0).Bytes(0)));
        Assert.Contains($"\"{again.PhysicalName}\":", newest.Stats);
    }

    [Fact]
    public async Task Without_column_mapping_the_option_is_named_and_nothing_happens()
    {
        var table = await DeltaTable.CreateAsync(_store, "t", new DeltaTableDefinition(Columns), Services, Ct);
        var refused = await Assert.ThrowsAsync<TaplineException>(
            () => CommitAsync(table, new ColumnAlteration.Rename("a", "c")));
        Assert.Contains("no column mapping", refused.Message, StringComparison.Ordinal);
        Assert.Contains("column_mapping: true", refused.Hint, StringComparison.Ordinal);
        Assert.Equal(0, table.Snapshot.Version);
    }

    [Theory]
    [InlineData("x", "y", "no column x")]
    [InlineData("a", "B", "cannot become \"B\"")]
    [InlineData("a", "", "cannot become \"\"")]
    [InlineData("x", null, "no column x")]
    [InlineData("id", null, "cannot be dropped")]
    public async Task What_a_table_does_not_take_is_said(string column, string? name, string said)
    {
        var definition = new DeltaTableDefinition(Columns) { MapsColumns = true, PartitionColumns = ["id"] };
        var table = await DeltaTable.CreateAsync(_store, "t", definition, Services, Ct);
        ColumnAlteration alteration =
            name is null ? new ColumnAlteration.Drop(column) : new ColumnAlteration.Rename(column, name);
        var refused = await Assert.ThrowsAsync<TaplineException>(() => CommitAsync(table, alteration));
        Assert.Contains(said, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_partition_column_keeps_its_values_under_another_name()
    {
        var definition = new DeltaTableDefinition(Columns) { MapsColumns = true, PartitionColumns = ["a"] };
        var table = await DeltaTable.CreateAsync(_store, "t", definition, Services, Ct);
        foreach (var name in new[] { "a", "c" })
        {
            var rows = new ColumnBatch([Columns[0], Columns[2]]);
            rows.Columns[0].Append(1L);
            rows.Columns[1].Append(2L);
            var file = await table.WriteDataFileAsync(rows, new Dictionary<string, string?> { [name] = name }, "0", Ct);
            await table.CommitAsync(new DeltaCommit { Operation = "WRITE", Adds = [file], IsBlindAppend = true }, Ct);
            if (name == "a")
                await AlterAsync(table, new ColumnAlteration.Rename("a", "c"));
        }
        Assert.Equal(["c"], table.Snapshot.PartitionColumns);
        Assert.Equal(["1|a|2", "1|c|2"], await RowsAsync(table));
    }

    [Fact]
    public async Task A_commit_that_was_planned_under_the_old_columns_is_in_conflict()
    {
        var table = await CreateAsync();
        await AppendAsync(table, new(), new Random(1), added: null);
        var late = (await DeltaTable.OpenAsync(_store, "t", Services, Ct))!;
        var rows = new ColumnBatch(Columns);
        rows.Columns[0].Append(9L);
        rows.Columns[1].AppendNull();
        rows.Columns[2].AppendNull();
        var file = await late.WriteDataFileAsync(rows, null, "0", Ct);
        await AlterAsync(table, new ColumnAlteration.Rename("a", "c"));
        var outcome = await late.CommitAsync(
            new DeltaCommit { Operation = "WRITE", Adds = [file], IsBlindAppend = true }, Ct);
        Assert.Contains("columns", Assert.IsType<CommitOutcome.Conflict>(outcome).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Of_two_that_add_columns_one_is_in_conflict_and_one_that_adds_none_is_not()
    {
        var table = await CreateAsync();
        var (adding, appending) = (
            (await DeltaTable.OpenAsync(_store, "t", Services, Ct))!,
            (await DeltaTable.OpenAsync(_store, "t", Services, Ct))!);
        await AppendAsync(table, new(), new Random(1), added: new("c", ColumnType.String));
        Assert.IsType<CommitOutcome.Conflict>(
            await TryAppendAsync(adding, new(), new Random(2), added: new("d", ColumnType.String)));
        Assert.IsType<CommitOutcome.Committed>(await TryAppendAsync(appending, new(), new Random(3), added: null));
        Assert.Equal(["id", "a", "b", "c"], appending.Snapshot.Schema.Select(static column => column.Name));
    }

    Task<DeltaTable> CreateAsync() => DeltaTable.CreateAsync(
        _store, "t", new DeltaTableDefinition(Columns) { MapsColumns = true, HasDeletionVectors = true }, Services, Ct);

    static Task<CommitOutcome> CommitAsync(DeltaTable table, params ColumnAlteration[] alterations) =>
        table.CommitAsync(new DeltaCommit { Operation = "CHANGE COLUMNS", Alterations = [.. alterations] }, Ct);

    static async Task AlterAsync(DeltaTable table, params ColumnAlteration[] alterations) =>
        Assert.IsType<CommitOutcome.Committed>(await CommitAsync(table, alterations));

    static async Task RenameAsync(DeltaTable table, Random random, int step)
    {
        var column = table.Snapshot.Schema[random.Next(1, table.Snapshot.Schema.Length)];
        // Sometimes to a name that was another column's.
        var name = random.Next(2) == 0 ? $"n{step}" : random.Next(2) == 0 ? "a" : "b";
        if (table.Snapshot.Schema.All(other => other.Name != name))
            await AlterAsync(table, new ColumnAlteration.Rename(column.Name, name));
    }

    static async Task DropAsync(DeltaTable table, Random random, SortedDictionary<long, List<string?>> model)
    {
        var at = random.Next(1, table.Snapshot.Schema.Length);
        await AlterAsync(table, new ColumnAlteration.Drop(table.Snapshot.Schema[at].Name));
        foreach (var row in model.Values)
            row.RemoveAt(at - 1);
    }

    static async Task DeleteAsync(DeltaTable table, SortedDictionary<long, List<string?>> model, Random random)
    {
        var file = table.Snapshot.Files.Values.OrderBy(static file => file.Location).First();
        if (file.RowCount is not > 1 || file.DeletionVector is not null
            || file.Tags?.GetValueOrDefault("ids") is not { } ids)
            return;
        var row = random.Next((int)file.RowCount);
        var adds = await table.WriteDeletedRowsAsync([new DeletedRows(file, new RoaringBitmap([row]))], Ct);
        Assert.IsType<CommitOutcome.Committed>(await table.CommitAsync(
            new DeltaCommit { Operation = "DELETE", Adds = adds, Removes = [file] }, Ct));
        model.Remove(long.Parse(ids.Split(',')[row], CultureInfo.InvariantCulture));
    }

    static async Task AppendAsync(
        DeltaTable table, SortedDictionary<long, List<string?>> model, Random random, ColumnSchema? added) =>
        Assert.IsType<CommitOutcome.Committed>(await TryAppendAsync(table, model, random, added));

    static async Task<CommitOutcome> TryAppendAsync(
        DeltaTable table, SortedDictionary<long, List<string?>> model, Random random, ColumnSchema? added)
    {
        var columns = added is null ? table.Snapshot.Schema : table.Snapshot.Schema.Add(added);
        if (added is not null)
        {
            foreach (var row in model.Values)
                row.Add(null);
        }
        var rows = new ColumnBatch(columns);
        var ids = new List<long>();
        for (var count = random.Next(1, 5); count > 0; count--)
        {
            ids.Add(random.NextInt64(1L << 40));
            rows.Columns[0].Append(ids[^1]);
            model.Add(ids[^1], [.. rows.Columns.Skip(1).Select(column => AppendValue(column, random))]);
        }
        var newSchema = added is null ? default : columns;
        var file = await table.WriteDataFileAsync([rows], null, "0", newSchema, Ct);
        return await table.CommitAsync(
            new DeltaCommit
            {
                Operation = "WRITE",
                Adds = [file with { Tags = new Dictionary<string, string?> { ["ids"] = string.Join(',', ids) } }],
                NewSchema = newSchema,
                IsBlindAppend = true,
            },
            Ct);
    }

    static string? AppendValue(ColumnBuffer column, Random random)
    {
        if (random.Next(4) == 0)
        {
            column.AppendNull();
            return null;
        }
        var value = random.NextInt64(1L << 40);
        var text = value.ToString(CultureInfo.InvariantCulture);
        if (column.Type == ColumnType.Int64)
            column.Append(value);
        else
            column.Append(Encoding.UTF8.GetBytes(text));
        return text;
    }

    async Task<string[]> RowsAsync(DeltaTable table)
    {
        var scan = await TableScan.PlanAsync(_store, "t", table.Snapshot, files: null, Ct);
        using var database = DuckDbDatabase.Open();
        using var connection = database.Connect();
        new ScanSession(connection).Bind("rows", scan, Ct);
        var values = scan.Columns.Select(static column =>
            $"coalesce(CAST({SqlText.Identifier(column.Name)} AS VARCHAR), '')");
        using var result = connection.Query(
            $"SELECT concat_ws('|', {string.Join(", ", values)}) FROM ({ScanSession.Select("rows", scan)}) "
            + "ORDER BY id, 1",
            ct: Ct);
        var rows = new List<string>();
        foreach (var chunk in result.Chunks())
        {
            for (var row = 0; row < chunk.Count; row++)
                rows.Add(Encoding.UTF8.GetString(chunk.Column(0).Bytes(row)));
        }
        return [.. rows];
    }
}
