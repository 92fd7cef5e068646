using Tapline.Serving.Lake;
using Tapline.Serving.Sql.Guard;

namespace Tapline.Cli.Tests.Serving.Guard;

public sealed class TenantScopeTests : IAsyncLifetime
{
    static readonly QueryScope First = new("1");
    static readonly QueryScope Second = new("2");

    GivenLake _lake = null!;
    ServedLake _served = null!;
    GuardedSql _sql = null!;

    static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _lake = await GivenLake.OfTwoTenantsAsync();
        _served = _lake.Serve();
        _sql = new GuardedSql(_served, new GuardedSqlLimits(), TimeProvider.System);
    }

    public ValueTask DisposeAsync()
    {
        _sql.Dispose();
        _served.Dispose();
        _lake.Dispose();
        return ValueTask.CompletedTask;
    }

    [Theory]
    [InlineData("SELECT count(*) FROM app.orders")]
    [InlineData("SELECT count(*) FROM app.orders WHERE account_id = 2 OR true")]
    [InlineData("SELECT count(*) FROM current.app_orders")]
    [InlineData("WITH accounts AS (SELECT 2 AS id) SELECT count(*) FROM app.orders o, accounts a WHERE true")]
    public async Task A_tenant_sees_its_rows_alone(string sql)
    {
        Assert.Equal("50", await RunAsync(sql, First));
        Assert.Equal("50", await RunAsync(sql, Second));
        Assert.Equal("0", await RunAsync(sql, new QueryScope("3")));
        Assert.Equal("0", await RunAsync(sql, new QueryScope("1 OR true")));
        Assert.Equal("100", await RunAsync(sql, QueryScope.All));
    }

    [Theory]
    [InlineData("SELECT * FROM app.plans")]
    [InlineData("SELECT * FROM quarantine")]
    [InlineData("SELECT * FROM lake.app.orders")]
    [InlineData("SELECT * FROM lake_1.app.plans")]
    [InlineData("SELECT * FROM system.information_schema.tables")]
    public async Task What_names_no_tenant_is_not_there(string sql)
    {
        await RunAsync("SELECT 1", QueryScope.All);
        var refused = await Assert.ThrowsAsync<SqlRefusedException>(() => RunAsync(sql, First));
        Assert.Equal(SqlFault.UnknownTable, refused.Fault);
    }

    [Fact]
    public async Task The_catalog_names_what_the_tenant_sees()
    {
        await RunAsync("SELECT 1", QueryScope.All);
        Assert.Equal("accounts;orders", await RunAsync(
            "SELECT string_agg(table_name, ';' ORDER BY table_name) FROM information_schema.tables "
            + "WHERE table_schema = 'app'",
            First));
        Assert.Equal("0", await RunAsync(
            "SELECT count(*) FROM information_schema.columns WHERE table_name = 'plans'", First));
        Assert.Equal("0", await RunAsync("SELECT count(*) FROM information_schema.schemata WHERE catalog_name = 'lake'",
            First));
    }

    [Fact]
    public async Task An_error_does_not_tell_of_others_rows()
    {
        var refused = await Assert.ThrowsAsync<SqlRefusedException>(
            () => RunAsync("SELECT name::INT FROM app.accounts WHERE name::INT > 0", First));
        Assert.Equal(SqlFault.Data, refused.Fault);
        Assert.DoesNotContain("name ", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Each_statement_sees_one_cut_and_the_newest()
    {
        await _lake.ManifestAsync(1, 1_000, ("current/app.orders", 1), ("current/app.plans", 1));
        Assert.Equal("100", await RunAsync("SELECT count(*) FROM app.orders", QueryScope.All));
        using var early = await _sql.OpenAsync(
            new SqlRequest("SELECT o.id FROM app.orders o, range(1000)", QueryScope.All) { Shape = SqlShape.Text }, Ct);
        for (var epoch = 2; epoch <= 6; epoch++)
        {
            var version = await _lake.AddAsync(
                "current/app.orders", "SELECT 1000 AS id, 1 AS account_id, 1.25::DECIMAL(12,2) AS total, 8 AS _lsn");
            Assert.Equal($"{98 + epoch}", await RunAsync("SELECT count(*) FROM app.orders", QueryScope.All));
            await _lake.ManifestAsync(epoch, 1_000 * epoch, ("current/app.orders", version), ("current/app.plans", 1));
            Assert.Equal($"{99 + epoch}", await RunAsync("SELECT count(*) FROM app.orders", QueryScope.All));
            Assert.Equal($"{49 + epoch}", await RunAsync("SELECT count(*) FROM app.orders", First));
        }
        Assert.Equal("0:1", early.Cut.Version);
        var rows = 0;
        while (early.Next(out var count) is { } chunk)
        {
            chunk.Dispose();
            rows += count;
        }
        Assert.Equal(10_000, rows);
    }

    Task<string> RunAsync(string sql, QueryScope scope) => RowsText.OfAsync(_sql, new SqlRequest(sql, scope), Ct);
}
