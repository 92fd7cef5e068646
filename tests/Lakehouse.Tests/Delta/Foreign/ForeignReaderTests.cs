using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Tapline.Contracts.Columns;
using Tapline.Contracts.Schema;
using Tapline.Lakehouse.Delta;
using Tapline.Lakehouse.Delta.Actions;
using Tapline.Lakehouse.Delta.Commit;
using Tapline.Lakehouse.Delta.DeletionVectors;
using Tapline.Lakehouse.Delta.Stats;
using Tapline.Lakehouse.Storage;
using Tapline.TestKit.Delta;
using Tapline.TestKit.Storage;

namespace Tapline.Lakehouse.Tests.Delta.Foreign;

public sealed class ForeignReaderTests : IDisposable
{
    const string Columns = "id, small, num, flag, f, d, amount, wide, s, hex(b), toString(day), "
        + "toString(toTimeZone(at, 'UTC'))";

    static readonly ImmutableArray<ColumnSchema> Schema =
    [
        new("id", ColumnType.Int64, Nullable: false) { KeyOrdinal = 0 },
        new("small", ColumnType.Int16),
        new("num", ColumnType.Int32),
        new("flag", ColumnType.Boolean),
        new("f", ColumnType.Float32),
        new("d", ColumnType.Float64),
        new("amount", ColumnType.Decimal) { Precision = 12, Scale = 2 },
        new("wide", ColumnType.Decimal) { Precision = 30, Scale = 5 },
        new("s", ColumnType.String),
        new("b", ColumnType.Binary),
        new("day", ColumnType.Date),
        new("at", ColumnType.Timestamp),
    ];

    readonly TemporaryFolder _folder = new("foreign");

    static CancellationToken Ct => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Another_reader_sees_the_rows_that_we_wrote_also_from_a_checkpoint(bool keepsChanges)
    {
        var (reader, reason) = await ChdbReader.FindAsync(Ct);
        if (reader is null)
            Assert.Skip(reason);
        var store = new LocalObjectStore(_folder.FullPath);
        var services = Tables.Services() with { CheckpointInterval = 3 };
        var definition = new DeltaTableDefinition(Schema) { KeepsChanges = keepsChanges };
        var table = await DeltaTable.CreateAsync(store, "t", definition, services, Ct);
        for (var commit = 0; commit < 4; commit++)
        {
            var file = await table.WriteDataFileAsync(Rows(commit * 100, 100), null, "0", Ct);
            Assert.IsType<CommitOutcome.Committed>(await table.CommitAsync(Append(file), Ct));
        }
        var replaced = table.Snapshot.Files.Values.First(
            static file => file.Stats!.Contains("\"id\":100,", StringComparison.Ordinal));
        var smaller = await table.WriteDataFileAsync(Rows(100, 50), null, "0", Ct);
        var changes = keepsChanges
            ? ImmutableArray.Create(await table.WriteChangeFileAsync(Deleted(150, 50), null, default, Ct))
            : [];
        await table.CommitAsync(
            Append(smaller) with { Removes = [replaced], IsBlindAppend = false, Changes = changes }, Ct);
        var expected = Enumerable.Range(0, 150).Concat(Enumerable.Range(200, 200)).Select(Row).ToArray();
        var sql = $"SELECT {Columns} FROM {ChdbReader.Table(Path.Combine(_folder.FullPath, "t"))} ORDER BY id "
            + "SETTINGS output_format_decimal_trailing_zeros = 1, output_format_json_quote_decimals = 1";
        Assert.Equal(expected, await reader.QueryAsync(sql, Ct));
        for (var version = 0; version <= 3; version++)
            await store.DeleteAsync($"t/_delta_log/{version:D20}.json", Ct);
        Assert.Equal(expected, await reader.QueryAsync(sql, Ct));
    }

    [Fact]
    public Task Another_reader_leaves_out_the_rows_that_our_deletion_vectors_name_also_from_a_checkpoint() =>
        ReadDeletedRowsAsync(hasV2Checkpoints: false);

    [Fact]
    public Task Another_reader_finds_files_and_deletion_vectors_in_the_sidecars_of_our_checkpoints() =>
        ReadDeletedRowsAsync(hasV2Checkpoints: true);

    async Task ReadDeletedRowsAsync(bool hasV2Checkpoints)
    {
        var (reader, reason) = await ChdbReader.FindAsync(Ct);
        if (reader is null)
            Assert.Skip(reason);
        var store = new LocalObjectStore(_folder.FullPath);
        var definition = new DeltaTableDefinition(Schema)
        {
            HasDeletionVectors = true,
            HasV2Checkpoints = hasV2Checkpoints,
        };
        var services = Tables.Services() with { CheckpointInterval = 4, CheckpointFileActionsMax = 1 };
        var table = await DeltaTable.CreateAsync(store, "t", definition, services, Ct);
        for (var commit = 0; commit < 2; commit++)
            await table.CommitAsync(Append(await table.WriteDataFileAsync(Rows(commit * 100, 100), null, "0", Ct)), Ct);
        RoaringBitmap[] deleted =
        [
            new([0, 7, 99]), new([.. Enumerable.Range(10, 50).Select(static row => (long)row)]),
        ];
        for (var round = 0; round < 2; round++)
        {
            // The second time on top of the first.
            var files = table.Snapshot.Files.Values.OrderBy(static file => file.Stats, StringComparer.Ordinal).ToList();
            deleted[0].UnionWith(new RoaringBitmap([round + 20]));
            var adds = await table.WriteDeletedRowsAsync(
                [.. files.Zip(deleted, static (file, rows) => new DeletedRows(file, rows))], Ct);
            Assert.IsType<CommitOutcome.Committed>(await table.CommitAsync(
                new DeltaCommit { Operation = "DELETE", Adds = adds, Removes = [.. files] }, Ct));
        }
        int[] gone = [0, 7, 20, 21, 99, .. Enumerable.Range(110, 50)];
        var expected = Enumerable.Range(0, 200).Except(gone).Select(Row).ToArray();
        var sql = $"SELECT {Columns} FROM {ChdbReader.Table(Path.Combine(_folder.FullPath, "t"))} ORDER BY id "
            + "SETTINGS output_format_decimal_trailing_zeros = 1, output_format_json_quote_decimals = 1";
        Assert.Equal(expected, await reader.QueryAsync(sql, Ct));
        for (var version = 0; version <= 4; version++)
            await store.DeleteAsync($"t/_delta_log/{version:D20}.json", Ct);
        Assert.Equal(expected, await reader.QueryAsync(sql, Ct));
        Assert.Equal(hasV2Checkpoints, Directory.Exists(Path.Combine(_folder.FullPath, "t/_delta_log/_sidecars")));
    }

    [Fact]
    public async Task Another_reader_passes_over_files_by_our_statistics_and_misses_no_row()
    {
        var (reader, reason) = await ChdbReader.FindAsync(Ct);
        if (reader is null)
            Assert.Skip(reason);
        var store = new LocalObjectStore(_folder.FullPath);
        var table = await DeltaTable.CreateAsync(store, "t", new DeltaTableDefinition(Schema), Tables.Services(), Ct);
        for (var commit = 0; commit < 3; commit++)
            await table.CommitAsync(Append(await table.WriteDataFileAsync(Rows(commit * 100, 100), null, "0", Ct)), Ct);
        var from = ChdbReader.Table(Path.Combine(_folder.FullPath, "t"));
        foreach (var row in new[] { 0, 99, 100, 150, 299 })
        {
            var time = ValueText.Timestamp(Microseconds(row))!.Replace('T', ' ').TrimEnd('Z');
            var filters = new[] { $"id = {row}", $"s = '{Text(row)}'", $"at = toDateTime64('{time}', 6, 'UTC')" };
            foreach (var filter in filters)
                Assert.Equal([$"[{row}]"], await reader.QueryAsync($"SELECT id FROM {from} WHERE {filter}", Ct));
        }
    }

    [Fact]
    public async Task Another_reader_finds_partition_values_in_the_log()
    {
        var (reader, reason) = await ChdbReader.FindAsync(Ct);
        if (reader is null)
            Assert.Skip(reason);
        var store = new LocalObjectStore(_folder.FullPath);
        ColumnSchema[] columns =
            [new("day", ColumnType.Date), new("kind", ColumnType.String), new("id", ColumnType.Int64)];
        var definition = new DeltaTableDefinition([.. columns]) { PartitionColumns = ["day", "kind"] };
        var table = await DeltaTable.CreateAsync(store, "t", definition, Tables.Services(), Ct);
        string?[] kinds = ["plain", "a b/ü%", "x=y", null, new string('k', 300)];
        for (var i = 0; i < kinds.Length; i++)
        {
            var batch = new ColumnBatch([columns[2]]);
            batch.Columns[0].Append((long)i);
            var values = new Dictionary<string, string?> { ["day"] = ValueText.Date(20_000 + i), ["kind"] = kinds[i] };
            await table.CommitAsync(Append(await table.WriteDataFileAsync(batch, values, "0", Ct)), Ct);
        }
        var rows = await reader.QueryAsync(
            $"SELECT id, toString(day), kind FROM {ChdbReader.Table(Path.Combine(_folder.FullPath, "t"))} ORDER BY id "
            + "SETTINGS output_format_json_escape_forward_slashes = 0",
            Ct);
        var expected = kinds.Select(
            (kind, i) => $"[{i}, \"{ValueText.Date(20_000 + i)}\", {(kind is null ? "null" : $"\"{kind}\"")}]");
        Assert.Equal(expected, rows);
    }

    static DeltaCommit Append(AddFile file) =>
        new() { Operation = "STREAMING UPDATE", Adds = [file], IsBlindAppend = true };

    static ColumnBatch Deleted(int start, int count)
    {
        var type = new ColumnBuffer(ColumnType.String);
        for (var i = 0; i < count; i++)
            type.Append("delete"u8);
        return new ColumnBatch(Schema.Add(ChangeFeed.TypeColumn), Rows(start, count).Columns.Add(type));
    }

    static ColumnBatch Rows(int start, int count)
    {
        var batch = new ColumnBatch(Schema);
        for (var row = start; row < start + count; row++)
        {
            batch.Columns[0].Append((long)row);
            foreach (var column in batch.Columns.Skip(1))
            {
                if (row % 10 == 3)
                    column.AppendNull();
                else
                    AppendValue(column, row);
            }
        }
        return batch;
    }

    static void AppendValue(ColumnBuffer column, int row)
    {
        switch (column.Type)
        {
            case ColumnType.Int16 or ColumnType.Int32:
                column.Append(row - 200);
                break;
            case ColumnType.Boolean:
                column.Append(row % 2 == 0);
                break;
            case ColumnType.Float32:
                column.Append(row + 0.5f);
                break;
            case ColumnType.Float64:
                column.Append(row - 0.25);
                break;
            case ColumnType.Decimal when column.Width == 8:
                column.Append(-1_999L - row);
                break;
            case ColumnType.Decimal:
                column.Append(Wide(row));
                break;
            case ColumnType.String:
                column.Append(Encoding.UTF8.GetBytes(Text(row)));
                break;
            case ColumnType.Binary:
                column.Append([0xFF, (byte)(row % 256)]);
                break;
            case ColumnType.Date:
                column.Append(row - 30);
                break;
            case ColumnType.Timestamp:
                column.Append(Microseconds(row));
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(column), column.Type, "no value for this type");
        }
    }

    static string Row(int row)
    {
        if (row % 10 == 3)
            return $"[{row}, {string.Join(", ", Enumerable.Repeat("null", 11))}]";
        var wide = ValueText.Decimal(Wide(row), 5);
        var amount = ValueText.Decimal(-1_999 - row, 2);
        var time = ValueText.Timestamp(Microseconds(row))!.Replace('T', ' ').TrimEnd('Z');
        return string.Create(
            CultureInfo.InvariantCulture,
            $"[{row}, {row - 200}, {row - 200}, {(row % 2 == 0 ? "true" : "false")}, {row + 0.5f}, {row - 0.25}, "
            + $"\"{amount}\", \"{wide}\", \"{Text(row)}\", \"FF{row % 256:X2}\", "
            + $"\"{ValueText.Date(row - 30)}\", \"{time}\"]");
    }

    // Longer than statistics keep, and different only after that; the last letter may be outside the basic plane.
    static string Text(int row) => $"{new string('t', 30)}{(row % 2 == 0 ? "é" : "😀")}{row:D4}";

    static Int128 Wide(int row) => Int128.Parse("1234567890123456789012345", CultureInfo.InvariantCulture) + row;

    static long Microseconds(int row) => 1_700_000_000_123_456 + (row * 86_400_000_001L);
}
