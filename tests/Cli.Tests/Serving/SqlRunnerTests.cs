using System.Text.Json;
using Tapline.Contracts;
using Tapline.Lakehouse.DuckDb;
using Tapline.Serving.Sql;

namespace Tapline.Cli.Tests.Serving;

public sealed class SqlRunnerTests : IDisposable
{
    readonly DuckDbDatabase _database = DuckDbDatabase.Open(options: new DuckDbOptions { ExternalAccess = false });
    readonly DuckDbConnection _connection;

    public SqlRunnerTests()
    {
        _connection = _database.Connect();
        _connection.Execute("CREATE TABLE t(i INT, s VARCHAR); INSERT INTO t VALUES (1, 'one'), (2, NULL)");
    }

    public void Dispose()
    {
        _connection.Dispose();
        _database.Dispose();
    }

    [Fact]
    public void A_table_aligns_numbers_right_and_text_left()
    {
        Assert.Equal(
            """
              i │ s
            ────┼─────
              1 │ one
            200 │ NULL

            """,
            Run("SELECT i, s FROM t WHERE i = 1 UNION ALL SELECT 200, NULL", SqlFormat.Table));
    }

    [Fact]
    public void Csv_quotes_what_needs_it_and_tells_null_from_empty()
    {
        Assert.Equal(
            "a,\"b \"\"c\"\"\",d,e\r\n\"1,5\",\"say \"\"hi\"\"\",,\"\"\r\n",
            Run("SELECT '1,5' AS a, 'say \"hi\"' AS \"b \"\"c\"\"\", NULL AS d, '' AS e", SqlFormat.Csv));
    }

    [Fact]
    public void Json_lines_are_exact()
    {
        var line = Run(
            """
            SELECT 9007199254740992 AS fits, 9007199254740993 AS beyond, 0.10::DECIMAL(4,2) AS decimal,
                   'nan'::DOUBLE AS nan, 1e300 AS big, 0.1::FLOAT AS small, true AS yes, NULL AS nothing,
                   [1, 2] AS list, {'a': 'ü"'} AS struct,
                   '{"x": 1}'::JSON AS json, TIMESTAMPTZ '2026-01-02 03:04:05.678+00' AS at, 1 AS fits
            """,
            SqlFormat.JsonLines);
        Assert.Equal(
            """
            {"fits":9007199254740992,"beyond":"9007199254740993","decimal":"0.10","nan":"nan","big":1e+300,"small":0.1,
            "yes":true,"nothing":null,"list":[1,2],"struct":{"a":"ü\""},"json":{"x": 1},
            "at":"2026-01-02 03:04:05.678+00","fits_1":1}
            """.ReplaceLineEndings(""),
            line.TrimEnd('\n'));
        JsonDocument.Parse(line).Dispose();
    }

    [Fact]
    public void The_order_of_the_statement_is_kept()
    {
        var text = Run(
            "SELECT i, i::DECIMAL(10,2) FROM range(5000) r(i) ORDER BY i % 7, -i -- a comment", SqlFormat.Csv);
        var expected = Enumerable.Range(0, 5000).OrderBy(static i => i % 7).ThenBy(static i => -i);
        Assert.Equal(expected.Select(static i => $"{i},{i}.00"), text.Split("\r\n")[1..^1]);
    }

    [Theory]
    [InlineData("DESCRIBE t")]
    [InlineData("SHOW TABLES")]
    [InlineData("FROM t")]
    [InlineData("SUMMARIZE t")]
    [InlineData("EXPLAIN SELECT 1")]
    [InlineData("explain analyze SELECT count(*) FROM t")]
    [InlineData("EXPLAIN (FORMAT json) SELECT 1")]
    [InlineData("WITH x AS (SELECT 1) SELECT * FROM x;")]
    [InlineData("VALUES (1, [2])")]
    public void Every_statement_that_reads_is_allowed(string sql) => Assert.NotEmpty(Run(sql, SqlFormat.Table));

    [Theory]
    [InlineData("INSERT INTO t VALUES (3, 'x')")]
    [InlineData("DELETE FROM t")]
    [InlineData("DROP TABLE t")]
    [InlineData("CREATE TABLE u AS SELECT 1")]
    [InlineData("COPY t TO '/tmp/never.csv'")]
    [InlineData("SET threads = 1")]
    [InlineData("ATTACH ':memory:' AS other")]
    [InlineData("EXPLAIN ANALYZE INSERT INTO t VALUES (3, 'x')")]
    [InlineData("/* x */ EXPLAIN ANALYZE DELETE FROM t")]
    [InlineData("INSTALL httpfs")]
    [InlineData("SELECT 1; DROP TABLE t")]
    [InlineData("SELECT * FROM read_text('/etc/hostname')")]
    [InlineData("SELEKT 1")]
    public void What_changes_or_escapes_is_refused_in_words(string sql)
    {
        var failure = Assert.Throws<TaplineException>(() => Run(sql, SqlFormat.Table));
        Assert.NotEmpty(failure.Message);
        Assert.Equal("count_star()\r\n2\r\n", Run("SELECT count(*) FROM t", SqlFormat.Csv));
    }

    [Fact]
    public void Output_stops_at_the_row_limit()
    {
        var output = new StringWriter();
        var runner = new SqlRunner(_connection, new SqlLimits { RowsMax = 3000 }, TimeProvider.System);
        var outcome = runner.Run(
            "FROM range(1000000000)", SqlFormat.Csv.OpenWriter(output), TestContext.Current.CancellationToken);
        Assert.Equal(new SqlOutcome(3000, true), outcome);
        Assert.Equal(3002, output.ToString().Split("\r\n").Length);
    }

    [Fact]
    public void A_statement_that_takes_too_long_is_interrupted()
    {
        var runner = new SqlRunner(
            _connection, new SqlLimits { TimeMax = TimeSpan.FromMilliseconds(50) }, TimeProvider.System);
        var failure = Assert.Throws<TaplineException>(() => runner.Run(
            "SELECT count(*) FROM range(100000000) a(x), range(100000000) b(y) WHERE x * y % 7 = 3",
            SqlFormat.Csv.OpenWriter(TextWriter.Null),
            TestContext.Current.CancellationToken));
        Assert.Contains("longer than", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_cell_cannot_steer_the_terminal()
    {
        var text = Run("SELECT 'a' || chr(27) || '[2J' || chr(10) || 'b' AS x", SqlFormat.Table);
        Assert.DoesNotContain('\u001b', text);
        Assert.Contains("\\nb", text, StringComparison.Ordinal);
    }

    string Run(string sql, SqlFormat format)
    {
        var output = new StringWriter { NewLine = "\n" };
        new SqlRunner(_connection, new SqlLimits(), TimeProvider.System)
            .Run(sql, format.OpenWriter(output), TestContext.Current.CancellationToken);
        return output.ToString();
    }
}
