using Npgsql;
using Tapline.Cli.Tests.Serving;
using Tapline.Serving.Verification;
using Tapline.TestKit;

[assembly: AssemblyFixture(typeof(PostgresFixture))]

namespace Tapline.Cli.Tests.Serving;

/// <summary>One server for all tests that want it, started by the first.</summary>
public sealed class PostgresFixture : IAsyncDisposable
{
    readonly SemaphoreSlim _starting = new(1);
    PostgresServer? _server;

    public async Task<NpgsqlConnection> ConnectAsync(CancellationToken ct)
    {
        Assert.SkipUnless(PostgresInstallation.Embedded.Exists, "no embedded PostgreSQL: run ./tapline setup");
        await _starting.WaitAsync(ct);
        try
        {
            _server ??= await PostgresServer.StartAsync(PostgresInstallation.Embedded, [], ct);
        }
        finally
        {
            _starting.Release();
        }
        var connection = new NpgsqlConnection(_server.ConnectionString());
        await connection.OpenAsync(ct);
        return connection;
    }

    public async ValueTask DisposeAsync()
    {
        if (_server is not null)
            await _server.DisposeAsync();
        _starting.Dispose();
    }
}

/// <summary>The verifier's source over Npgsql.</summary>
sealed class NpgsqlSource(NpgsqlConnection connection) : ISourceSql
{
    public List<string> Statements { get; } = [];

    public async Task<IReadOnlyList<string?[]>> ReadAsync(string sql, CancellationToken ct)
    {
        Statements.Add(sql);
        await using var command = new NpgsqlCommand(sql, connection);
        await using var reader = await command.ExecuteReaderAsync(ct);
        var rows = new List<string?[]>();
        while (await reader.ReadAsync(ct))
        {
            var row = new string?[reader.FieldCount];
            for (var i = 0; i < row.Length; i++)
                row[i] = reader.IsDBNull(i) ? null : reader.GetString(i);
            rows.Add(row);
        }
        return rows;
    }
}
