using System.Net;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using Tapline.Serving.Lake;
using Tapline.Serving.Postgres;
using Tapline.Serving.Security;
using Tapline.Serving.Sql.Guard;

namespace Tapline.Cli.Tests.Serving.Postgres;

/// <summary>A lake of two tenants over PostgreSQL's protocol on a port of its own.</summary>
sealed class GivenPgServer : IAsyncDisposable
{
    public const string Key = "reader-key-0123456789";

    readonly GivenLake _files;
    readonly ServedLake _lake;

    GivenPgServer(GivenLake files, ServedLake lake, GuardedSql sql, PgServer server) =>
        (_files, _lake, Sql, Server) = (files, lake, sql, server);

    public PgServer Server { get; }

    public GuardedSql Sql { get; }

    static CancellationToken Ct => TestContext.Current.CancellationToken;

    public static async Task<GivenPgServer> StartAsync(
        bool isOpen = true, Func<PgServerOptions, PgServerOptions>? change = null, long rowsMax = 100_000)
    {
        var files = await GivenLake.OfTwoTenantsAsync();
        var lake = files.Serve();
        var sql = new GuardedSql(lake, new GuardedSqlLimits { RowsMax = rowsMax }, TimeProvider.System);
        var gate = new Gatekeeper(
            isOpen ? [] :
            [
                new ApiKey("reader", Key, Scopes.All, tenant: null),
                new ApiKey("acme", Key, Scopes.All, tenant: "1"),
                new ApiKey("lists", Key, [Scopes.TablesRead], tenant: null),
            ],
            tokens: null);
        var options = new PgServerOptions(new IPEndPoint(IPAddress.Loopback, 0), gate);
        return new GivenPgServer(
            files, lake, sql,
            PgServer.Start(change?.Invoke(options) ?? options, sql, TimeProvider.System, NullLoggerFactory.Instance));
    }

    public string ConnectionString(string user = "reader", string? password = null, string more = "") =>
        $"Host=127.0.0.1;Port={Server.Endpoint.Port};Database=lake;Username={user};Pooling=false;Timeout=30;"
        + $"{(password is null ? "" : $"Password={password};")}{more}";

    public async Task<NpgsqlConnection> ConnectAsync(
        string user = "reader", string? password = null, string more = "")
    {
        var connection = new NpgsqlConnection(ConnectionString(user, password, more));
        await connection.OpenAsync(Ct);
        return connection;
    }

    public async ValueTask DisposeAsync()
    {
        await Server.DisposeAsync();
        Sql.Dispose();
        _lake.Dispose();
        _files.Dispose();
    }
}
