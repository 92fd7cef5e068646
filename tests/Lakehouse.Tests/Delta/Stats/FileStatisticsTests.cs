using System.Collections.Immutable;
using System.Text.Json;
using Tapline.Contracts.Columns;
using Tapline.Contracts.Schema;
using Tapline.Lakehouse.Delta;
using Tapline.Lakehouse.Delta.Actions;
using Tapline.TestKit.Storage;

namespace Tapline.Lakehouse.Tests.Delta.Stats;

public sealed class FileStatisticsTests : IDisposable
{
    readonly MemoryObjectStore _store = new();

    static CancellationToken Ct => TestContext.Current.CancellationToken;

    public void Dispose() => _store.Dispose();

    [Fact]
    public async Task Statistics_say_what_the_rows_are()
    {
        ImmutableArray<ColumnSchema> columns =
        [
            new("id", ColumnType.Int64), new("flag", ColumnType.Boolean), new("bytes", ColumnType.Binary),
            new("amount", ColumnType.Decimal) { Precision = 38, Scale = 2 }, new("day", ColumnType.Date),
            new("at", ColumnType.Timestamp), new("empty", ColumnType.String), new("text", ColumnType.String),
        ];
        var batch = new ColumnBatch(columns);
        batch.Columns[0].Append(long.MaxValue);
        batch.Columns[0].Append(long.MinValue);
        batch.Columns[1].Append(true);
        batch.Columns[1].AppendNull();
        batch.Columns[2].Append([1]);
        batch.Columns[2].Append([2]);
        batch.Columns[3].Append((Int128)(-1));
        batch.Columns[3].Append((Int128)100);
        batch.Columns[4].Append(0);
        batch.Columns[4].Append(int.MaxValue);
        batch.Columns[5].Append(1L);
        batch.Columns[5].Append(1_001L);
        batch.Columns[6].AppendNull();
        batch.Columns[6].AppendNull();
        batch.Columns[7].Append("\"b\""u8);
        batch.Columns[7].Append("a"u8);
        Assert.Equal(
            """
            {"numRecords":2,
            "minValues":{"id":-9223372036854775808,"amount":-0.01,"day":"1970-01-01",
            "at":"1970-01-01T00:00:00.000Z","text":"\"b\""},
            "maxValues":{"id":9223372036854775807,"amount":1.00,"at":"1970-01-01T00:00:00.002Z","text":"a"},
            "nullCount":{"id":0,"flag":1,"bytes":0,"amount":0,"day":0,"at":0,"empty":2,"text":0}}
            """.ReplaceLineEndings(""),
            (await WriteAsync(columns, batch)).Stats);
    }

    [Fact]
    public async Task Floating_point_bounds_are_left_out_where_JSON_cannot_say_them()
    {
        ImmutableArray<ColumnSchema> columns =
        [
            new("plain", ColumnType.Float32), new("zero", ColumnType.Float64), new("nan", ColumnType.Float64),
            new("infinite", ColumnType.Float64),
        ];
        var batch = new ColumnBatch(columns);
        batch.Columns[0].Append(46.566f);
        batch.Columns[0].Append(1f);
        batch.Columns[1].Append(0.0);
        batch.Columns[1].Append(0.0);
        batch.Columns[2].Append(double.NaN);
        batch.Columns[2].Append(1.0);
        batch.Columns[3].Append(double.PositiveInfinity);
        batch.Columns[3].Append(-1.5);
        var stats = JsonDocument.Parse((await WriteAsync(columns, batch)).Stats!).RootElement;
        Assert.Equal("{\"plain\":1.0,\"zero\":-0.0,\"infinite\":-1.5}", stats.GetProperty("minValues").GetRawText());
        Assert.Equal("{\"plain\":46.566,\"zero\":0.0}", stats.GetProperty("maxValues").GetRawText());
    }

    [Theory]
    [InlineData(null, 32)]
    [InlineData("2", 2)]
    [InlineData("0", 0)]
    [InlineData("-1", 40)]
    public async Task Only_the_first_columns_have_statistics(string? property, int count)
    {
        ImmutableArray<ColumnSchema> columns =
            [.. Enumerable.Range(0, 40).Select(static i => new ColumnSchema($"c{i}", ColumnType.Int32))];
        var batch = new ColumnBatch(columns);
        foreach (var column in batch.Columns)
            column.Append(1);
        var stats = JsonDocument.Parse((await WriteAsync(columns, batch, property)).Stats!).RootElement;
        foreach (var part in new[] { "minValues", "maxValues", "nullCount" })
        {
            Assert.Equal(
                columns.Take(count).Select(static column => column.Name),
                stats.GetProperty(part).EnumerateObject().Select(static member => member.Name));
        }
    }

    [Fact]
    public async Task A_file_is_where_its_action_says_and_has_the_size_and_lane_it_says()
    {
        ImmutableArray<ColumnSchema> columns = [new("id", ColumnType.Int32)];
        var batch = new ColumnBatch(columns);
        batch.Columns[0].Append(1);
        var add = await WriteAsync(columns, batch);
        Assert.Equal(add.Size, (await _store.GetAsync($"t/{add.Location}", Ct))!.Length);
        Assert.Equal("0", add.Lane);
        Assert.True(add.DataChange);
    }

    async Task<AddFile> WriteAsync(ImmutableArray<ColumnSchema> columns, ColumnBatch batch, string? indexed = null)
    {
        var definition = new DeltaTableDefinition(columns);
        if (indexed is not null)
        {
            var properties = definition.Properties.Add("delta.dataSkippingNumIndexedCols", indexed);
            definition = definition with { Properties = properties };
        }
        var table = await DeltaTable.CreateAsync(_store, "t", definition, Tables.Services(), Ct);
        return await table.WriteDataFileAsync(batch, null, "0", Ct);
    }
}
