using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Tapline.Contracts.Columns;
using Tapline.Contracts.Schema;
using Tapline.Lakehouse.DuckDb;
using Tapline.Lakehouse.Parquet;
using Tapline.Lakehouse.Parquet.Footer;
using Tapline.Lakehouse.Parquet.Schema;
using Tapline.Lakehouse.Parquet.Statistics;

namespace Tapline.Lakehouse.Tests.Parquet;

public sealed class StatisticsTests : IDisposable
{
    readonly DuckDbDatabase _database = DuckDbDatabase.Open();
    readonly DuckDbConnection _duckDb;
    readonly string _path = Path.Combine(Path.GetTempPath(), $"tapline-{Path.GetRandomFileName()}.parquet");

    public StatisticsTests() => _duckDb = _database.Connect();

    public void Dispose()
    {
        _duckDb.Dispose();
        _database.Dispose();
        File.Delete(_path);
    }

    [Fact]
    public void Statistics_are_those_of_a_scan() =>
        Prop.ForAll(ArbMap.Default.ArbFor<int>(), seed =>
        {
            var batches = new RandomBatches(new Random(seed));
            var columns = batches.Columns();
            using var writer = new ParquetFileWriter(columns, new ParquetOptions { Codec = ParquetCodec.Snappy });
            ColumnBatch[] groups = [batches.Batch(columns), batches.Batch(columns)];
            foreach (var group in groups)
                writer.WriteRowGroup(group);
            var file = writer.Finish();
            for (var i = 0; i < columns.Length; i++)
                AssertStatistics(file.Statistics[i], [.. groups.Select(group => group.Columns[i])]);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(100).WithStartSize(500));

    [Fact]
    public void DuckDB_sees_the_footers_bounds_as_the_scans_bounds()
    {
        ImmutableArray<ColumnSchema> columns =
        [
            .. Enum.GetValues<ColumnType>().Where(static type => type is not (ColumnType.Decimal or ColumnType.Binary))
                .Select(static type => new ColumnSchema(type.ToString(), type)),
            new("decimal9", ColumnType.Decimal) { Precision = 9, Scale = 2 },
            new("decimal18", ColumnType.Decimal) { Precision = 18, Scale = 3 },
            new("decimal38", ColumnType.Decimal) { Precision = 38, Scale = 4 },
        ];
        for (var seed = 1; seed < 12; seed++)
        {
            var batch = new RandomBatches(new Random(seed)).Batch(columns, 3000);
            using var writer = new ParquetFileWriter(columns, new ParquetOptions { FooterBoundBytesMax = 1000 });
            writer.WriteRowGroup(batch);
            var file = writer.Finish();
            File.WriteAllBytes(_path, file.Content.Span);
            for (var i = 0; i < columns.Length; i++)
            {
                var name = columns[i].Name;
                var type = Single($"SELECT typeof(\"{name}\") FROM read_parquet('{_path}') LIMIT 1");
                var hasBounds = file.Statistics[i].Min is not null;
                var bounds = hasBounds ? "min_ = a AND max_ = z" : "min_ IS NULL AND max_ IS NULL";
                Assert.Equal("true", Single($"""
                    SELECT ({bounds} AND null_count = n)::VARCHAR
                    FROM (SELECT stats_min_value::{type} min_, stats_max_value::{type} max_, stats_null_count null_count
                          FROM parquet_metadata('{_path}') WHERE path_in_schema = '{name}'),
                         (SELECT min("{name}") a, max("{name}") z, count(*) - count("{name}") n
                          FROM (FROM read_parquet('{_path}') LIMIT 1000000))
                    """));
            }
        }
    }

    [Fact]
    public void Filters_on_cut_bounds_still_find_the_rows()
    {
        ImmutableArray<ColumnSchema> columns = [new("text", ColumnType.String)];
        var batch = new ColumnBatch(columns);
        string[] texts =
            [new string('ü', 100), new string('ü', 99) + "z", new string('a', 200), new string('a', 199) + "b"];
        foreach (var text in texts)
            batch.Columns[0].Append(Encoding.UTF8.GetBytes(text));
        using var writer = new ParquetFileWriter(columns, new ParquetOptions());
        writer.WriteRowGroup(batch);
        File.WriteAllBytes(_path, writer.Finish().Content.Span);
        foreach (var text in texts)
            Assert.Equal("1", Single($"SELECT count(*)::VARCHAR FROM read_parquet('{_path}') WHERE text = '{text}'"));
        Assert.Equal(texts[0], Single($"SELECT max(text) FROM read_parquet('{_path}')"));
        Assert.Equal(texts[2], Single($"SELECT min(text) FROM read_parquet('{_path}')"));
        Assert.Equal(
            "false false", Single($"SELECT min_is_exact || ' ' || max_is_exact FROM parquet_metadata('{_path}')"));
    }

    [Theory]
    [InlineData("abc", 3, "abc", "abc")]
    [InlineData("abcd", 3, "abc", "abd")]
    [InlineData("ab\u007Fd", 3, "ab\u007F", "ac")]
    [InlineData("aüx", 2, "a", "b")]
    [InlineData("\U0010FFFF\U0010FFFF!", 8, "\U0010FFFF\U0010FFFF", null)]
    [InlineData("a\uD7FFx", 4, "a\uD7FF", "b")]
    public void A_long_text_is_cut_to_whole_characters_that_bound_it(string text, int bytesMax, string min, string? max)
    {
        var column = new PhysicalColumn(new ColumnSchema("text", ColumnType.String));
        var value = StatisticsValue.Of(Encoding.UTF8.GetBytes(text));
        var lower = FooterBound.Of(column, value, isMax: false, bytesMax);
        var upper = FooterBound.Of(column, value, isMax: true, bytesMax);
        Assert.Equal(min, Encoding.UTF8.GetString(lower!.Value.Bytes.Span));
        Assert.Equal(max, upper is { } bound ? Encoding.UTF8.GetString(bound.Bytes.Span) : null);
    }

    [Fact]
    public void Zero_bounds_hold_both_zeros()
    {
        foreach (var zero in new[] { 0.0, -0.0 })
        {
            var statistics = StatisticsOf(zero, zero);
            Assert.True(double.IsNegative(statistics.Min!.Value.Number));
            Assert.False(double.IsNegative(statistics.Max!.Value.Number));
        }
    }

    [Fact]
    public void A_NaN_leaves_no_bounds()
    {
        var statistics = StatisticsOf(1, double.NaN);
        Assert.True(statistics.HasNaN);
        Assert.Null(statistics.Min);
        Assert.Null(statistics.Max);
    }

    [Theory]
    [InlineData(19, 9)]
    [InlineData(38, 16)]
    [InlineData(9, 4)]
    [InlineData(2, 1)]
    public void A_decimal_takes_the_fewest_bytes_that_hold_its_digits(int precision, int width) =>
        Assert.Equal(width, PhysicalColumn.DecimalWidth(precision));

    static ColumnStatistics StatisticsOf(params ReadOnlySpan<double> values)
    {
        var batch = new ColumnBatch([new ColumnSchema("number", ColumnType.Float64)]);
        foreach (var value in values)
            batch.Columns[0].Append(value);
        using var writer = new ParquetFileWriter(batch.Schema, new ParquetOptions());
        writer.WriteRowGroup(batch);
        return writer.Finish().Statistics[0];
    }

    static void AssertStatistics(ColumnStatistics actual, ColumnBuffer[] columns)
    {
        Assert.Equal(columns.Sum(static column => (long)column.NullCount), actual.NullCount);
        var keys = columns.SelectMany(static column => Enumerable.Range(0, column.Count)
            .Where(row => !column.IsNull(row)).Select(row => SortKey(column, row))).ToArray();
        var hasNaN = keys.Any(static key => key is double.NaN);
        Assert.Equal(hasNaN, actual.HasNaN);
        if (keys.Length == 0 || hasNaN)
        {
            Assert.Null(actual.Min);
            Assert.Null(actual.Max);
            return;
        }
        Assert.Equal(keys.Min(), SortKey(actual.Type, actual.Min!.Value));
        Assert.Equal(keys.Max(), SortKey(actual.Type, actual.Max!.Value));
    }

    // Hexadecimal text sorts as unsigned bytes do.
    static IComparable SortKey(ColumnBuffer column, int row) => column.Type switch
    {
        ColumnType.String or ColumnType.Binary => new HexText(Convert.ToHexString(column.Value(row))),
        ColumnType.Float32 => (double)BinaryPrimitives.ReadSingleLittleEndian(column.FixedValue(row)),
        ColumnType.Float64 => BinaryPrimitives.ReadDoubleLittleEndian(column.FixedValue(row)),
        ColumnType.Boolean => (Int128)column.FixedValue(row)[0],
        _ when column.Width == 4 => (Int128)BinaryPrimitives.ReadInt32LittleEndian(column.FixedValue(row)),
        _ when column.Width == 8 => (Int128)BinaryPrimitives.ReadInt64LittleEndian(column.FixedValue(row)),
        _ => BinaryPrimitives.ReadInt128LittleEndian(column.FixedValue(row)),
    };

    static IComparable SortKey(ColumnType type, StatisticsValue value) => type switch
    {
        ColumnType.String or ColumnType.Binary => new HexText(Convert.ToHexString(value.Bytes.Span)),
        ColumnType.Float32 or ColumnType.Float64 => value.Number,
        _ => value.Integer,
    };

    sealed record HexText(string Text) : IComparable
    {
        public int CompareTo(object? other) => string.CompareOrdinal(Text, ((HexText)other!).Text);
    }

    string Single(string sql)
    {
        using var result = _duckDb.Query(sql);
        using var chunk = result.NextChunk();
        return Encoding.UTF8.GetString(chunk!.Column(0).Bytes(0));
    }
}
