using System.Collections.Immutable;
using System.Text;
using Tapline.Contracts.Columns;
using Tapline.Contracts.Schema;
using Tapline.Lakehouse.DuckDb;

namespace Tapline.Lakehouse.Tests.DuckDb;

public sealed class VectorCopyTests
{
    [Fact]
    public void Every_lake_type_arrives_with_its_nulls()
    {
        var batch = Copy(
            """
            SELECT i % 2 = 0, i::SMALLINT, -i, i::BIGINT * 1000000007, i / 8::FLOAT, i / 8::DOUBLE,
                   (i / 100)::DECIMAL(4,2), (i / 100)::DECIMAL(9,2), (i / 100)::DECIMAL(18,2), (i / 100)::DECIMAL(38,2),
                   'row ' || i || ' is long enough', encode('b' || i), DATE '1970-01-01' + i, to_timestamp(i)
            FROM (SELECT CASE WHEN r % 3 = 1 THEN NULL ELSE r::INT END i FROM range(5001) t(r))
            """,
            Columns());
        Assert.Equal(5001, batch.Count);
        for (var row = 0; row < batch.Count; row++)
        {
            var isNull = row % 3 == 1;
            Assert.All(batch.Columns, column => Assert.Equal(isNull, column.IsNull(row)));
            var value = isNull ? 0 : row;
            Assert.Equal(!isNull && row % 2 == 0 ? 1 : 0, batch.Columns[0].Booleans[row]);
            Assert.Equal(value, batch.Columns[1].Int32s[row]);
            Assert.Equal(-value, batch.Columns[2].Int32s[row]);
            Assert.Equal(value * 1000000007L, batch.Columns[3].Int64s[row]);
            Assert.Equal(value / 8f, batch.Columns[4].Float32s[row]);
            Assert.Equal(value / 8d, batch.Columns[5].Float64s[row]);
            Assert.Equal(value, batch.Columns[6].Int64s[row]);
            Assert.Equal(value, batch.Columns[7].Int64s[row]);
            Assert.Equal(value, batch.Columns[8].Int64s[row]);
            Assert.Equal(value, batch.Columns[9].Int128s[row]);
            var text = Encoding.UTF8.GetString(batch.Columns[10].Value(row));
            Assert.Equal(isNull ? "" : $"row {row} is long enough", text);
            Assert.Equal(isNull ? "" : $"b{row}", Encoding.UTF8.GetString(batch.Columns[11].Value(row)));
            Assert.Equal(value, batch.Columns[12].Int32s[row]);
            Assert.Equal(value * 1_000_000L, batch.Columns[13].Int64s[row]);
        }
        Assert.All(batch.Columns, static column => Assert.Equal(1667, column.NullCount));
    }

    static ImmutableArray<ColumnSchema> Columns() =>
    [
        new("boolean", ColumnType.Boolean),
        new("int16", ColumnType.Int16),
        new("int32", ColumnType.Int32),
        new("int64", ColumnType.Int64),
        new("float32", ColumnType.Float32),
        new("float64", ColumnType.Float64),
        Decimal(4), Decimal(9), Decimal(18), Decimal(38),
        new("text", ColumnType.String),
        new("bytes", ColumnType.Binary),
        new("date", ColumnType.Date),
        new("timestamp", ColumnType.Timestamp),
    ];

    static ColumnSchema Decimal(int precision) =>
        new($"decimal{precision}", ColumnType.Decimal) { Precision = precision, Scale = 2 };

    [Theory]
    [InlineData("4,2", 38)]
    [InlineData("9,2", 38)]
    [InlineData("18,2", 38)]
    [InlineData("4,2", 18)]
    public void A_narrow_decimal_goes_into_a_wide_buffer(string declared, int precision)
    {
        var batch = Copy($"SELECT -1.25::DECIMAL({declared}) UNION ALL SELECT NULL", [Decimal(precision)]);
        Assert.Equal(-125, precision > 18 ? (long)batch.Columns[0].Int128s[0] : batch.Columns[0].Int64s[0]);
        Assert.True(batch.Columns[0].IsNull(1));
    }

    [Theory]
    [InlineData("TIMESTAMP_S '1969-12-31 23:59:59'", -1_000_000)]
    [InlineData("TIMESTAMP_MS '1969-12-31 23:59:59.999'", -1_000)]
    [InlineData("TIMESTAMP_NS '1969-12-31 23:59:59.999999999'", -1)]
    [InlineData("TIMESTAMP_NS '1970-01-01 00:00:00.000001999'", 1)]
    [InlineData("TIMESTAMP '1970-01-01 00:00:00.000001'", 1)]
    [InlineData("TIMESTAMPTZ '1970-01-01 02:00:00+02'", 0)]
    [InlineData("'infinity'::TIMESTAMP_S", long.MaxValue)]
    [InlineData("'-infinity'::TIMESTAMP", -long.MaxValue)]
    public void Every_unit_of_time_becomes_microseconds(string literal, long microseconds)
    {
        var batch = Copy($"SELECT {literal}", [new ColumnSchema("at", ColumnType.Timestamp)]);
        Assert.Equal(microseconds, batch.Columns[0].Int64s[0]);
    }

    [Theory]
    [InlineData("1::BIGINT", ColumnType.Int32)]
    [InlineData("'x'", ColumnType.Binary)]
    [InlineData("1.5::DOUBLE", ColumnType.Float32)]
    [InlineData("[1]", ColumnType.String)]
    public void A_type_that_does_not_fit_is_refused_before_anything_is_added(string literal, ColumnType target)
    {
        using var database = DuckDbDatabase.Open();
        using var connection = database.Connect();
        var batch = new ColumnBatch([new ColumnSchema("ok", ColumnType.Int32), new ColumnSchema("bad", target)]);
        using var result = connection.Query($"SELECT 1, {literal}");
        var failure = Assert.Throws<InvalidOperationException>(() => result.CopyTo(batch));
        Assert.Contains(target.ToString(), failure.Message, StringComparison.Ordinal);
        Assert.Equal(0, batch.Columns[0].Count);
    }

    [Fact]
    public void Columns_beyond_the_batchs_are_left_out_and_rows_are_added_to_those_there()
    {
        using var database = DuckDbDatabase.Open();
        using var connection = database.Connect();
        var batch = new ColumnBatch([new ColumnSchema("i", ColumnType.Int64)]);
        for (var round = 0; round < 3; round++)
        {
            using var result = connection.Query("SELECT CASE WHEN i <> 5 THEN i END, 'more' FROM range(70) t(i)");
            Assert.Equal(70, result.CopyTo(batch));
        }
        Assert.Equal(210, batch.Count);
        Assert.Equal(3, batch.Columns[0].NullCount);
        for (var row = 0; row < 210; row++)
        {
            Assert.Equal(row % 70 == 5, batch.Columns[0].IsNull(row));
            Assert.Equal(row % 70 == 5 ? 0 : row % 70, batch.Columns[0].Int64s[row]);
        }
    }

    static ColumnBatch Copy(string sql, ImmutableArray<ColumnSchema> columns)
    {
        using var database = DuckDbDatabase.Open();
        using var connection = database.Connect();
        using var result = connection.Query(sql);
        var batch = new ColumnBatch(columns);
        result.CopyTo(batch);
        return batch;
    }
}
