using Tapline.Serving.Lake;
using Tapline.Serving.Sql.Guard;

namespace Tapline.Cli.Tests.Serving.Guard;

public sealed class GuardedSqlTests : IAsyncLifetime
{
    static readonly GuardedSqlLimits Small = new()
    {
        RunningMax = 2,
        WaitingMax = 1,
        TimeMax = TimeSpan.FromSeconds(20),
        RowsMax = 1_000,
        GrowthBytesMax = 1L << 30,
    };

    GivenLake _lake = null!;
    ServedLake _served = null!;
    GuardedSql _sql = null!;

    static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _lake = await GivenLake.OfTwoTenantsAsync();
        _served = _lake.Serve(new ServedLakeOptions("")
        {
            MemoryBytesMax = 128 << 20, Threads = 2, Tenants = GivenLake.Tenants,
        });
        _sql = new GuardedSql(_served, Small, TimeProvider.System);
    }

    public ValueTask DisposeAsync()
    {
        _sql.Dispose();
        _served.Dispose();
        _lake.Dispose();
        return ValueTask.CompletedTask;
    }

    [Theory]
    [InlineData("SELECT count(*) FROM app.orders", "100")]
    [InlineData("FROM app.plans", "1|plan")]
    [InlineData("SELECT count(*) FROM lake.app.orders o JOIN current.app_accounts a ON a.id = o.account_id;", "100")]
    [InlineData("WITH x AS (SELECT 1 AS a), y AS (SELECT * FROM x) SELECT a FROM y", "1")]
    [InlineData("SELECT reason FROM quarantine", "contract")]
    [InlineData("SELECT reason FROM lake.quarantine", "contract")]
    [InlineData("SELECT sum(i) FROM generate_series(1, 3) g(i), unnest([1, 2]) u", "12")]
    [InlineData("SELECT repeat('ab', 3) || lpad('7', 3, '0') || format('{:5.2f}', 1.5)", "ababab007 1.50")]
    [InlineData("SELECT string_agg(table_name, ',' ORDER BY table_name) FROM information_schema.tables "
        + "WHERE table_schema = 'app'", "accounts,orders,plans")]
    [InlineData("SELECT tables.table_type FROM information_schema.tables WHERE table_name = 'plans'", "BASE TABLE")]
    [InlineData("SELECT count(*) FROM information_schema.columns WHERE column_name = 'account_id'", "3")]
    [InlineData("SELECT count(view_definition) FROM information_schema.views", "0")]
    [InlineData("WITH RECURSIVE t(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM t WHERE x < 9) FROM t LIMIT 1", "1")]
    [InlineData("SELECT count(*) FROM (SHOW TABLES)", "1")]
    [InlineData("SELECT column_name FROM (DESCRIBE app.plans) LIMIT 1", "id")]
    public async Task What_reads_is_answered(string sql, string expected) =>
        Assert.Equal(expected, await RunAsync(sql));

    [Theory]
    [InlineData("EXPLAIN SELECT 1")]
    [InlineData("explain analyze SELECT count(*) FROM app.orders")]
    [InlineData("SUMMARIZE app.orders")]
    [InlineData("PIVOT app.orders ON account_id IN (1, 2) USING sum(total)")]
    public async Task What_looks_at_statements_and_tables_is_answered(string sql) =>
        Assert.NotEmpty(await RunAsync(sql));

    [Theory]
    [InlineData("INSERT INTO app.orders VALUES (1)", SqlFault.NotReadOnly)]
    [InlineData("DELETE FROM app.orders", SqlFault.NotReadOnly)]
    [InlineData("DROP VIEW app.orders", SqlFault.NotReadOnly)]
    [InlineData("CREATE TABLE x AS SELECT 1", SqlFault.NotReadOnly)]
    [InlineData("CREATE TEMP TABLE x AS SELECT 1", SqlFault.NotReadOnly)]
    [InlineData("EXPLAIN ANALYZE CREATE TABLE x AS SELECT 1", SqlFault.NotReadOnly)]
    [InlineData("/* */ EXPLAIN ANALYZE DROP VIEW app.orders", SqlFault.NotReadOnly)]
    [InlineData("COPY app.orders TO '/tmp/never.csv'", SqlFault.NotReadOnly)]
    [InlineData("COPY (SELECT 1) TO '/tmp/never.csv'", SqlFault.NotReadOnly)]
    [InlineData("ATTACH '/tmp/x.db'", SqlFault.NotReadOnly)]
    [InlineData("DETACH lake", SqlFault.NotReadOnly)]
    [InlineData("INSTALL httpfs", SqlFault.NotReadOnly)]
    [InlineData("LOAD json", SqlFault.NotReadOnly)]
    [InlineData("SET memory_limit = '100GB'", SqlFault.NotReadOnly)]
    [InlineData("SET VARIABLE x = 1", SqlFault.NotReadOnly)]
    [InlineData("RESET threads", SqlFault.NotReadOnly)]
    [InlineData("PRAGMA database_list", SqlFault.NotReadOnly)]
    [InlineData("CALL pragma_version()", SqlFault.NotReadOnly)]
    [InlineData("USE memory", SqlFault.NotReadOnly)]
    [InlineData("COMMIT", SqlFault.NotReadOnly)]
    [InlineData("CHECKPOINT", SqlFault.NotReadOnly)]
    [InlineData("EXPORT DATABASE '/tmp/x'", SqlFault.NotReadOnly)]
    [InlineData("SELECT 1; SELECT 2", SqlFault.Syntax)]
    [InlineData("SELECT 1; DROP VIEW app.orders", SqlFault.NotReadOnly)]
    [InlineData("SELEKT 1", SqlFault.Syntax)]
    [InlineData("  ", SqlFault.Syntax)]
    [InlineData("-- nothing", SqlFault.Syntax)]
    [InlineData("SELECT * FROM read_text('/etc/hostname')", SqlFault.NotAllowed)]
    [InlineData("SELECT * FROM read_csv('/etc/passwd')", SqlFault.NotAllowed)]
    [InlineData("SELECT * FROM glob('*')", SqlFault.NotAllowed)]
    [InlineData("SELECT * FROM query('FROM app.orders')", SqlFault.NotAllowed)]
    [InlineData("SELECT * FROM query_table('app.orders')", SqlFault.NotAllowed)]
    [InlineData("SELECT * FROM json_execute_serialized_sql('{}')", SqlFault.NotAllowed)]
    [InlineData("SELECT * FROM duckdb_settings()", SqlFault.NotAllowed)]
    [InlineData("SELECT * FROM duckdb_views()", SqlFault.NotAllowed)]
    [InlineData("SELECT * FROM duckdb_views", SqlFault.UnknownTable)]
    [InlineData("SELECT * FROM enable_logging()", SqlFault.NotAllowed)]
    [InlineData("SELECT * FROM pragma_table_info('app.orders')", SqlFault.NotAllowed)]
    [InlineData("SELECT * FROM '/etc/passwd'", SqlFault.UnknownTable)]
    [InlineData("SELECT * FROM \"data.parquet\"", SqlFault.UnknownTable)]
    [InlineData("SELECT * FROM data.parquet", SqlFault.UnknownTable)]
    [InlineData("SELECT * FROM lake.data.parquet", SqlFault.UnknownTable)]
    [InlineData("SELECT 1 WHERE EXISTS (FROM '/etc/passwd.csv')", SqlFault.UnknownTable)]
    [InlineData("WITH \"a.csv\" AS (SELECT 1) FROM \"a.csv\"", SqlFault.NotAllowed)]
    [InlineData("SELECT * FROM system.information_schema.tables", SqlFault.UnknownTable)]
    [InlineData("SELECT * FROM tapline_information_schema.tables", SqlFault.UnknownTable)]
    [InlineData("SELECT * FROM memory.main.x", SqlFault.UnknownTable)]
    [InlineData("SHOW DATABASES", SqlFault.NotAllowed)]
    [InlineData("SHOW ALL TABLES", SqlFault.NotAllowed)]
    [InlineData("FROM app.orders AT (VERSION => 1)", SqlFault.NotAllowed)]
    [InlineData("SELECT getvariable('x')", SqlFault.NotAllowed)]
    [InlineData("SELECT current_setting('allowed_directories')", SqlFault.NotAllowed)]
    [InlineData("SELECT system.main.current_setting('threads')", SqlFault.NotAllowed)]
    [InlineData("SELECT tapline_gives_row(1, 1, 1)", SqlFault.NotAllowed)]
    [InlineData("SELECT sleep_ms(100000)", SqlFault.NotAllowed)]
    [InlineData("SELECT repeat('x', 1000000000)", SqlFault.NotAllowed)]
    [InlineData("SELECT repeat('x', id) FROM app.orders", SqlFault.NotAllowed)]
    [InlineData("SELECT ('x').repeat(100000)", SqlFault.NotAllowed)]
    [InlineData("SELECT repeat(repeat('x', 9000), 9000)", SqlFault.NotAllowed)]
    [InlineData("SELECT range(2000000000)", SqlFault.NotAllowed)]
    [InlineData("SELECT format('{:>900000000}', 1)", SqlFault.NotAllowed)]
    [InlineData("SELECT * FROM app.nothing", SqlFault.UnknownTable)]
    [InlineData("SELECT nothing FROM app.orders", SqlFault.Invalid)]
    [InlineData("SELECT 'x'::INT", SqlFault.Data)]
    [InlineData("SELECT $1::INT", SqlFault.Invalid)]
    public async Task What_changes_escapes_or_is_wrong_is_refused_in_words(string sql, SqlFault expected)
    {
        var refused = await Assert.ThrowsAsync<SqlRefusedException>(() => RunAsync(sql));
        Assert.Equal(expected, refused.Fault);
        Assert.NotEmpty(refused.Message);
        Assert.DoesNotContain(_lake.Folder.FullName, refused.Message, StringComparison.Ordinal);
        Assert.Equal("100", await RunAsync("SELECT count(*) FROM app.orders"));
    }

    [Theory]
    [InlineData("SELECT count(*) FROM (SELECT md5(i::VARCHAR) m FROM range(100000000) r(i) ORDER BY m)")]
    [InlineData("SELECT count(DISTINCT md5(i::VARCHAR)) FROM range(100000000) r(i)")]
    public async Task What_needs_more_memory_than_there_is_stops_alone(string sql)
    {
        var before = Environment.WorkingSet;
        var refused = await Assert.ThrowsAsync<SqlRefusedException>(() => RunAsync(sql));
        Assert.Equal(SqlFault.MemoryLimit, refused.Fault);
        Assert.True(Environment.WorkingSet - before < 600L << 20, "memory has grown without bounds");
        Assert.Equal("100", await RunAsync("SELECT count(*) FROM app.orders"));
    }

    [Fact]
    public async Task What_grows_outside_of_DuckDBs_count_is_stopped_by_the_watch()
    {
        var refused = await Assert.ThrowsAsync<SqlRefusedException>(() => RunAsync(
            """
            WITH RECURSIVE t(n, s) AS (SELECT 1, 'xxxxxxxxxxxxxxxx' UNION ALL SELECT n + 1, s || s FROM t WHERE n < 30)
            SELECT sum(length(s)) FROM t
            """));
        Assert.Equal(SqlFault.MemoryLimit, refused.Fault);
    }

    [Theory]
    [InlineData("WITH RECURSIVE t(x) AS (SELECT 1 UNION ALL SELECT x FROM t) SELECT count(*) FROM t")]
    [InlineData("SELECT count(*) FROM range(1000) a(x), range(100000000000) b(y) WHERE x * y % 7 = 3")]
    public async Task What_does_not_end_is_stopped(string sql)
    {
        var refused = await Assert.ThrowsAsync<SqlRefusedException>(
            () => RunAsync(new SqlRequest(sql, QueryScope.All) { TimeMax = TimeSpan.FromMilliseconds(300) }));
        Assert.Equal(SqlFault.TimeLimit, refused.Fault);
        Assert.Equal(0, _sql.Count);
    }

    [Fact]
    public async Task An_answer_stops_at_the_row_limit()
    {
        using var reading = await _sql.OpenAsync(
            new SqlRequest("FROM range(1000000000)", QueryScope.All) { RowsMax = 5_000 }, Ct);
        var rows = 0;
        while (reading.Next(out var count) is { } chunk)
        {
            chunk.Dispose();
            rows += count;
        }
        Assert.Equal(1_000, rows);
        Assert.True(reading.IsTruncated);
    }

    [Fact]
    public async Task Those_who_come_when_enough_wait_are_sent_away_and_who_waits_has_its_turn()
    {
        var first = await _sql.OpenAsync(new SqlRequest("SELECT 1", QueryScope.All), Ct);
        using var second = await _sql.OpenAsync(new SqlRequest("SELECT 2", QueryScope.All), Ct);
        var third = _sql.OpenAsync(new SqlRequest("SELECT 3", QueryScope.All), Ct);
        var refused = await Assert.ThrowsAsync<SqlRefusedException>(
            () => _sql.OpenAsync(new SqlRequest("SELECT 4", QueryScope.All), Ct));
        Assert.Equal(SqlFault.Busy, refused.Fault);
        Assert.False(third.IsCompleted);
        first.Dispose();
        (await third).Dispose();
    }

    [Fact]
    public async Task A_statement_is_cancelled_by_its_id_and_by_its_caller()
    {
        const string Endless = "SELECT count(*) FROM range(1000) a(x), range(100000000000) b(y) WHERE x * y % 7 = 3";
        var byId = Task.Run(() => RunAsync(new SqlRequest(Endless, QueryScope.All) { Id = "q1" }), Ct);
        while (!_sql.Cancel("q1", static _ => true))
            await Task.Delay(10, Ct);
        Assert.Equal(SqlFault.Cancelled, (await Assert.ThrowsAsync<SqlRefusedException>(() => byId)).Fault);
        Assert.False(_sql.Cancel("q1", static _ => true));

        using var caller = new CancellationTokenSource(TimeSpan.FromMilliseconds(200));
        var gone = await Assert.ThrowsAsync<SqlRefusedException>(
            () => RunAsync(new SqlRequest(Endless, QueryScope.All), caller.Token));
        Assert.Equal(SqlFault.Cancelled, gone.Fault);
    }

    [Fact]
    public async Task A_statement_takes_parameters() => Assert.Equal("7|it's", await RunAsync(
        new SqlRequest("SELECT $1 + 0, $2::VARCHAR", QueryScope.All) { Parameters = [7L, "it's"] }));

    Task<string> RunAsync(string sql) => RunAsync(new SqlRequest(sql, QueryScope.All));

    Task<string> RunAsync(SqlRequest request, CancellationToken? ct = null) =>
        RowsText.OfAsync(_sql, request, ct ?? Ct);
}
