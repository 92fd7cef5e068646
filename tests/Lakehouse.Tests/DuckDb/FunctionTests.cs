using System.Collections.Immutable;
using System.Text;
using Tapline.Contracts.Columns;
using Tapline.Contracts.Schema;
using Tapline.Lakehouse.DuckDb;

namespace Tapline.Lakehouse.Tests.DuckDb;

public sealed class FunctionTests : IDisposable
{
    readonly DuckDbDatabase _database = DuckDbDatabase.Open();
    readonly DuckDbConnection _connection;

    public FunctionTests() => _connection = _database.Connect();

    public void Dispose()
    {
        _connection.Dispose();
        _database.Dispose();
    }

    [Fact]
    public void A_scalar_function_sees_every_row_and_nulls_stay_null()
    {
        _connection.RegisterScalar("double_it", [DuckDbType.BigInt], DuckDbType.BigInt, static (arguments, result) =>
        {
            var values = arguments.Column(0).Int64s;
            var doubled = result.Values<long>();
            for (var row = 0; row < arguments.Count; row++)
                doubled[row] = arguments.Column(0).IsNull(row) ? -1 : values[row] * 2;
        });
        Assert.Equal(
            "10000|99990000|10000",
            Text("""
                SELECT count(double_it(i)) || '|' || sum(double_it(i)) || '|' || count(*) FILTER (double_it(i) IS NULL)
                FROM (SELECT range i FROM range(10000) UNION ALL SELECT NULL FROM range(10000))
                """));
        Assert.Equal("true|42", Text("SELECT (double_it(NULL) IS NULL) || '|' || double_it(21)"));
    }

    [Fact]
    public void A_scalar_function_gives_text()
    {
        _connection.RegisterScalar("shout", [DuckDbType.Varchar], DuckDbType.Varchar, static (arguments, result) =>
        {
            for (var row = 0; row < arguments.Count; row++)
            {
                var text = Encoding.UTF8.GetString(arguments.Column(0).Bytes(row));
                result.SetBytes(row, Encoding.UTF8.GetBytes(text.ToUpperInvariant() + "!"));
            }
        });
        Assert.Equal("GRÜẞ GOTT AND A LONG TEXT!", Text("SELECT shout('grüẞ gott and a long text')"));
        using var other = _database.Connect();
        using var result = other.Query("SELECT shout('x')");
        using var chunk = result.NextChunk();
        Assert.Equal("X!", Encoding.UTF8.GetString(chunk!.Column(0).Bytes(0)));
    }

    [Fact]
    public void What_a_scalar_function_throws_is_the_statements_error()
    {
        _connection.RegisterScalar(
            "fail",
            [DuckDbType.BigInt],
            DuckDbType.BigInt,
            static (_, _) => throw new InvalidDataException("no such bitmap"));
        var failure = Assert.Throws<DuckDbException>(() => Text("SELECT fail(range)::VARCHAR FROM range(3)"));
        Assert.Contains("no such bitmap", failure.Message, StringComparison.Ordinal);
        Assert.Equal("1", Text("SELECT '1'"));
    }

    [Fact]
    public void A_batch_is_served_as_a_table_with_every_type()
    {
        var batch = new ColumnBatch(Columns());
        for (var i = 0; i < 5000; i++)
            AddRow(batch, i);
        _connection.RegisterTable("hot", new BatchTable(batch));
        Assert.Equal("5000", Text("SELECT count(*)::VARCHAR FROM hot()"));
        Assert.Equal("12497500", Text("SELECT sum(int64)::VARCHAR FROM hot()"));
        Assert.Equal("4995 and more text", Text("SELECT max(text) FROM hot() WHERE int64 = 4995"));
        using var result = _connection.Query("SELECT * FROM hot() ORDER BY int64");
        var copy = new ColumnBatch(Columns());
        Assert.Equal(5000, result.CopyTo(copy));
        for (var column = 0; column < batch.Columns.Length; column++)
        {
            Assert.Equal(batch.Columns[column].NullCount, copy.Columns[column].NullCount);
            Assert.True(batch.Columns[column].FixedBytes.SequenceEqual(copy.Columns[column].FixedBytes));
            Assert.True(batch.Columns[column].Bytes.SequenceEqual(copy.Columns[column].Bytes));
            Assert.True(batch.Columns[column].Validity.SequenceEqual(copy.Columns[column].Validity));
        }
    }

    [Fact]
    public void Only_the_wanted_columns_are_read_and_each_scan_is_closed()
    {
        var source = new RecordingSource();
        _connection.RegisterTable("recorded", source);
        Assert.Equal("30", Text("SELECT sum(c)::VARCHAR FROM recorded()"));
        Assert.Equal([2], source.Projections[^1]);
        Assert.Equal("6", Text("SELECT (a + b)::VARCHAR FROM recorded() WHERE a = 3"));
        Assert.Equal([0, 1], source.Projections[^1]);
        Assert.Equal("5", Text("SELECT count(*)::VARCHAR FROM recorded()"));
        Assert.Equal("80", Text("SELECT sum(x.c)::VARCHAR FROM recorded() x JOIN recorded() y ON y.a < x.a"));
        // A statement that is read only in part is cleared away by the next one.
        _connection.Execute("SELECT 1");
        Assert.Equal(source.Projections.Count, source.Closed);
    }

    [Fact]
    public void What_a_scan_throws_is_the_statements_error()
    {
        _connection.RegisterTable("broken", new RecordingSource { Failure = new IOException("the page is gone") });
        var failure = Assert.Throws<DuckDbException>(() => Text("SELECT a::VARCHAR FROM broken()"));
        Assert.Contains("the page is gone", failure.Message, StringComparison.Ordinal);
    }

    string Text(string sql)
    {
        using var result = _connection.Query(sql);
        using var chunk = result.NextChunk();
        return Encoding.UTF8.GetString(chunk!.Column(0).Bytes(0));
    }

    static ImmutableArray<ColumnSchema> Columns() =>
    [
        new("int64", ColumnType.Int64),
        new("boolean", ColumnType.Boolean),
        new("int16", ColumnType.Int16),
        new("float32", ColumnType.Float32),
        new("narrow", ColumnType.Decimal) { Precision = 4, Scale = 2 },
        new("medium", ColumnType.Decimal) { Precision = 9, Scale = 2 },
        new("wide", ColumnType.Decimal) { Precision = 38, Scale = 10 },
        new("text", ColumnType.String),
        new("bytes", ColumnType.Binary),
        new("date", ColumnType.Date),
        new("at", ColumnType.Timestamp),
    ];

    static void AddRow(ColumnBatch batch, int i)
    {
        batch.Columns[0].Append((long)i);
        if (i % 7 == 0)
        {
            foreach (var column in batch.Columns[1..])
                column.AppendNull();
            return;
        }
        batch.Columns[1].Append(i % 2 == 0);
        batch.Columns[2].Append(-i);
        batch.Columns[3].Append(i / 4f);
        batch.Columns[4].Append((long)-i);
        batch.Columns[5].Append(i * 1000L);
        batch.Columns[6].Append((Int128)i << 90);
        batch.Columns[7].Append(Encoding.UTF8.GetBytes($"{i} and more text"));
        batch.Columns[8].Append([(byte)(i & 255), 0, 255]);
        batch.Columns[9].Append(i - 2500);
        batch.Columns[10].Append(i * 123_456_789L);
    }

    sealed class RecordingSource : ITableFunctionSource
    {
        public List<ImmutableArray<int>> Projections { get; } = [];

        public int Closed { get; set; }

        public Exception? Failure { get; init; }

        public ImmutableArray<DuckDbColumn> Columns { get; } =
            [new("a", DuckDbType.BigInt), new("b", DuckDbType.BigInt), new("c", DuckDbType.BigInt)];

        public long? RowCount => null;

        public ITableScan Open(ImmutableArray<int> columns)
        {
            Projections.Add(columns);
            return new Scan(this, columns);
        }

        // Rows (1,1,2), (2,2,4) … (5,5,10).
        sealed class Scan(RecordingSource source, ImmutableArray<int> columns) : ITableScan
        {
            bool _done;

            public int Read(DuckDbChunkWriter target)
            {
                if (source.Failure is { } failure)
                    throw failure;
                if (_done)
                    return 0;
                _done = true;
                for (var i = 0; i < columns.Length; i++)
                {
                    var values = target.Column(i).Values<long>();
                    for (var row = 0; row < 5 && columns[i] >= 0; row++)
                        values[row] = (row + 1) * (columns[i] == 2 ? 2 : 1);
                }
                return 5;
            }

            public void Dispose() => source.Closed++;
        }
    }
}
