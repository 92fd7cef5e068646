using System.Text;
using Tapline.Contracts;
using Tapline.Lakehouse.DuckDb;
using Tapline.Lakehouse.DuckDb.Native;

namespace Tapline.Lakehouse.Tests.DuckDb;

public sealed class DuckDbConnectionTests : IDisposable
{
    readonly DuckDbDatabase _database = DuckDbDatabase.Open();
    readonly DuckDbConnection _connection;

    public DuckDbConnectionTests() => _connection = _database.Connect();

    public void Dispose()
    {
        _connection.Dispose();
        _database.Dispose();
    }

    [Fact]
    public void A_query_streams_chunks_with_typed_columns()
    {
        using var result = _connection.Query("SELECT i AS id, 'n' || i AS name FROM range(5000) t(i)");
        Assert.Equal(["id", "name"], result.Columns.Select(static column => column.Name));
        Assert.Equal([DuckDbType.BigInt, DuckDbType.Varchar], result.Columns.Select(static column => column.Type));
        long sum = 0;
        var chunks = 0;
        foreach (var chunk in result.Chunks())
        {
            chunks++;
            foreach (var id in chunk.Column(0).Int64s)
                sum += id;
            var first = chunk.Column(0).Int64s[0];
            Assert.Equal($"n{first}", Encoding.UTF8.GetString(chunk.Column(1).Bytes(0)));
        }
        Assert.Equal(5000L * 4999 / 2, sum);
        Assert.Equal(3, chunks);
    }

    [Theory]
    [InlineData("")]
    [InlineData("twelve bytes")]
    [InlineData("thirteen byte")]
    [InlineData("größer als zwölf Byte 🍺")]
    [InlineData("a\0b")]
    public void Text_comes_back_as_it_was_bound(string text)
    {
        using var result = _connection.Query("SELECT $1::VARCHAR", [text]);
        using var chunk = result.NextChunk();
        Assert.Equal(text, Encoding.UTF8.GetString(chunk!.Column(0).Bytes(0)));
    }

    [Fact]
    public void Parameters_of_every_kind_are_bound()
    {
        using var result = _connection.Query(
            "SELECT $1 IS NULL AND $2 AND $3 = 7 AND $4 = 1::BIGINT << 40 AND $5 = 1::HUGEINT << 100 AND $6 = 0.5 "
            + "AND $7 = 'x' AND $8 = '\\x00\\xFF'::BLOB",
            [null, true, 7, 1L << 40, (Int128)1 << 100, 0.5, "x", new byte[] { 0, 255 }]);
        using var chunk = result.NextChunk();
        Assert.Equal(1, chunk!.Column(0).Booleans[0]);
    }

    [Fact]
    public void A_negative_hugeint_keeps_its_sign()
    {
        using var result = _connection.Query("SELECT $1::HUGEINT", [Int128.MinValue + 1]);
        using var chunk = result.NextChunk();
        Assert.Equal(Int128.MinValue + 1, chunk!.Column(0).Int128s[0]);
    }

    [Theory]
    [InlineData("SELEC 1", DuckDbErrorKind.Syntax)]
    [InlineData("SELECT missing", DuckDbErrorKind.Binder)]
    [InlineData("SELECT * FROM missing", DuckDbErrorKind.Catalog)]
    [InlineData("SELECT CAST('x' || range AS INT) FROM range(3)", DuckDbErrorKind.Conversion)]
    [InlineData("SELECT 1; SELECT 2", DuckDbErrorKind.InvalidInput)]
    public void An_error_carries_DuckDBs_words_and_kind(string sql, DuckDbErrorKind kind)
    {
        var failure = Assert.Throws<DuckDbException>(() =>
        {
            using var result = _connection.Query(sql);
            foreach (var chunk in result.Chunks())
                _ = chunk.Count;
        });
        Assert.Equal(kind, failure.Kind);
        Assert.Equal(2, Single("SELECT 2"));
    }

    [Fact]
    public void An_error_in_the_middle_of_a_stream_is_thrown_and_not_taken_for_the_end()
    {
        using var result = _connection.Query(
            "SELECT CASE WHEN i < 900000 THEN 1 ELSE error('stopped at ' || i)::INT END FROM range(1000000) t(i)");
        var failure = Assert.Throws<DuckDbException>(() => result.Chunks().Sum(static chunk => chunk.Count));
        Assert.Contains("stopped at", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Execute_runs_several_statements_and_counts_changed_rows()
    {
        Assert.Equal(3, _connection.Execute("CREATE TABLE t(i INT); INSERT INTO t VALUES (1), (2), (3)"));
        Assert.Equal(2, _connection.Execute("DELETE FROM t WHERE i > 1"));
    }

    [Fact]
    public void Cancellation_interrupts_a_running_query_and_the_connection_stays_usable()
    {
        using var cancel = new CancellationTokenSource(TimeSpan.FromMilliseconds(50));
        Assert.ThrowsAny<OperationCanceledException>(() =>
        {
            using var result = _connection.Query(
                "SELECT count(*) FROM range(100000000) a(x), range(100000000) b(y) WHERE x * y % 7 = 3",
                ct: cancel.Token);
            _ = result.NextChunk();
        });
        Assert.Equal(1, Single("SELECT 1"));
    }

    [Fact]
    public void Cancelling_after_everything_is_closed_does_nothing()
    {
        using var cancel = new CancellationTokenSource();
        var connection = _database.Connect();
        var result = connection.Query("SELECT 1", ct: cancel.Token);
        connection.Dispose();
        cancel.Cancel();
        result.Dispose();
    }

    [Fact]
    public void Use_after_dispose_is_refused()
    {
        var connection = _database.Connect();
        var result = connection.Query("SELECT 1");
        var chunk = result.NextChunk()!;
        chunk.Dispose();
        Assert.Throws<ObjectDisposedException>(() => chunk.Column(0).Count);
        result.Dispose();
        Assert.Throws<ObjectDisposedException>(() => result.NextChunk());
        connection.Dispose();
        Assert.Throws<ObjectDisposedException>(() => connection.Query("SELECT 1"));
        Assert.Throws<ObjectDisposedException>(connection.Interrupt);
        var closed = DuckDbDatabase.Open();
        closed.Dispose();
        Assert.Throws<ObjectDisposedException>(() => closed.Connect());
    }

    [Fact]
    public void A_connection_outlives_its_database_object()
    {
        var database = DuckDbDatabase.Open();
        using var connection = database.Connect();
        database.Dispose();
        Assert.Equal(1, connection.Execute("CREATE TABLE t(i INT); INSERT INTO t VALUES (1)"));
    }

    [Fact]
    public void Another_release_of_the_library_is_refused_with_both_versions_named()
    {
        var failure = Assert.Throws<TaplineException>(() => DuckDbLibrary.CheckVersion("v1.4.2"));
        Assert.Contains("v1.4.2", failure.Message, StringComparison.Ordinal);
        Assert.Contains("v1.5.x", failure.Message, StringComparison.Ordinal);
        Assert.StartsWith("v1.5.", _database.Version, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_keeps_its_tables()
    {
        var path = Path.Combine(Path.GetTempPath(), $"tapline-duckdb-{Path.GetRandomFileName()}");
        try
        {
            using (var database = DuckDbDatabase.Open(path))
            using (var connection = database.Connect())
                connection.Execute("CREATE TABLE t AS SELECT 42 AS answer");
            using var again = DuckDbDatabase.Open(path, new DuckDbOptions { ReadOnly = true });
            using var reader = again.Connect();
            Assert.Throws<DuckDbException>(() => reader.Execute("DROP TABLE t"));
            using var result = reader.Query("SELECT answer FROM t");
            using var chunk = result.NextChunk();
            Assert.Equal(42, chunk!.Column(0).Int32s[0]);
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public void Files_outside_the_allowed_directories_are_out_of_reach()
    {
        var allowed = Directory.CreateTempSubdirectory("tapline-duckdb-");
        try
        {
            File.WriteAllText(Path.Combine(allowed.FullName, "a.csv"), "i\n1\n2\n");
            using var database = DuckDbDatabase.Open(options: new DuckDbOptions
            {
                ExternalAccess = false,
                AllowedDirectories = [allowed.FullName],
                Threads = 1,
                MemoryBytesMax = 64 << 20,
            });
            using var connection = database.Connect();
            connection.Execute("CREATE TABLE t(i INT)");
            Assert.Equal(2, connection.Execute($"INSERT INTO t FROM '{allowed.FullName}/a.csv'"));
            var failure = Assert.Throws<DuckDbException>(
                () => connection.Execute("SELECT * FROM read_text('/etc/hostname')"));
            Assert.Equal(DuckDbErrorKind.Permission, failure.Kind);
            Assert.Throws<DuckDbException>(() => connection.Execute("SET enable_external_access = true"));
        }
        finally
        {
            allowed.Delete(recursive: true);
        }
    }

    long Single(string sql)
    {
        using var result = _connection.Query(sql);
        using var chunk = result.NextChunk();
        return chunk!.Column(0).Int32s[0];
    }
}
