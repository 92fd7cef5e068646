using System.Collections.Immutable;
using Tapline.Contracts;
using Tapline.Contracts.Columns;
using Tapline.Contracts.Schema;
using Tapline.Lakehouse.Delta;
using Tapline.Lakehouse.Delta.Commit;
using Tapline.TestKit.Storage;

namespace Tapline.Lakehouse.Tests.Delta.Commit;

/// <summary>What a table forbids, whoever has forbidden it.</summary>
public sealed class TableRulesTests : IDisposable
{
    const string Root = "history/t";

    static readonly ImmutableArray<ColumnSchema> Columns =
        [new("id", ColumnType.Int64), new("body", ColumnType.String)];

    readonly MemoryObjectStore _store = new();

    static CancellationToken Ct => TestContext.Current.CancellationToken;

    public void Dispose() => _store.Dispose();

    [Fact]
    public async Task An_append_only_table_takes_rows_and_new_files_for_old_rows_and_loses_none()
    {
        var table = await CreateAsync(new DeltaTableDefinition(Columns)
        {
            Properties = ImmutableDictionary<string, string?>.Empty.Add("delta.appendOnly", "true"),
        });
        await CommittedAsync(table, Tables.Append("a.parquet"));
        await CommittedAsync(table, Tables.Append("b.parquet"));
        var file = table.Snapshot.Files.Values.First();
        await CommittedAsync(table, Tables.Replace(file, "c.parquet") with { DataChange = false });

        var last = table.Snapshot.Files.Values.First();
        var refused = await Assert.ThrowsAsync<TaplineException>(
            () => table.CommitAsync(Tables.Replace(last, "d.parquet"), Ct));
        Assert.Contains($"table {Root} is append-only (delta.appendOnly)", refused.Message);
        Assert.Equal(3, table.Snapshot.Version);
    }

    [Fact]
    public async Task A_column_that_somebody_made_not_null_takes_no_null()
    {
        var table = await CreateAsync(new DeltaTableDefinition(Columns));
        await WriteAsync(table, 1, null);
        await ForbidNullAsync("body");
        table = (await DeltaTable.OpenAsync(_store, Root, Tables.Services(), Ct))!;

        await WriteAsync(table, 2, "text");
        var refused = await Assert.ThrowsAsync<TaplineException>(() => WriteAsync(table, 3, null));
        Assert.Contains("takes no null in column body", refused.Message);
        var lacking = new ColumnBatch([Columns[0]]);
        lacking.Columns[0].Append(4L);
        await Assert.ThrowsAsync<TaplineException>(() => table.WriteDataFileAsync(lacking, null, "0", Ct));
    }

    [Fact]
    public async Task A_partition_column_that_is_not_null_takes_no_null()
    {
        await CreateAsync(new DeltaTableDefinition(Columns) { PartitionColumns = ["body"] });
        await ForbidNullAsync("body");
        var table = (await DeltaTable.OpenAsync(_store, Root, Tables.Services(), Ct))!;
        var rows = new ColumnBatch([Columns[0]]);
        rows.Columns[0].Append(1L);
        var values = ImmutableDictionary<string, string?>.Empty;

        await table.WriteDataFileAsync(rows, values.Add("body", "x"), "0", Ct);
        await Assert.ThrowsAsync<TaplineException>(
            () => table.WriteDataFileAsync(rows, values.Add("body", null), "0", Ct));
    }

    Task<DeltaTable> CreateAsync(DeltaTableDefinition definition) =>
        DeltaTable.CreateAsync(_store, Root, definition, Tables.Services(), Ct);

    static async Task CommittedAsync(DeltaTable table, DeltaCommit commit) =>
        Assert.IsType<CommitOutcome.Committed>(await table.CommitAsync(commit, Ct));

    static async Task WriteAsync(DeltaTable table, long id, string? body)
    {
        var rows = new ColumnBatch(Columns);
        rows.Columns[0].Append(id);
        if (body is null)
            rows.Columns[1].AppendNull();
        else
            rows.Columns[1].Append(System.Text.Encoding.UTF8.GetBytes(body));
        await table.WriteDataFileAsync(rows, null, "0", Ct);
    }

    // As another program's ALTER TABLE … SET NOT NULL does.
    async Task ForbidNullAsync(string column)
    {
        var key = $"{Root}/_delta_log/{0:D20}.json";
        var text = System.Text.Encoding.UTF8.GetString((await _store.GetAsync(key, Ct))!);
        var before = $"\\\"name\\\":\\\"{column}\\\",\\\"type\\\":\\\"string\\\",\\\"nullable\\\":true";
        Assert.Contains(before, text);
        await _store.PutAsync(
            key, System.Text.Encoding.UTF8.GetBytes(text.Replace(before, before.Replace("true", "false"))), Ct);
    }
}
