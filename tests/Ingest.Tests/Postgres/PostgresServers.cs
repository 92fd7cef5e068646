using Npgsql;
using Tapline.Ingest.Tests.Postgres;
using Tapline.TestKit;

[assembly: AssemblyFixture(typeof(PostgresServers))]

namespace Tapline.Ingest.Tests.Postgres;

/// <summary>One server a kind for all tests, started when the first test asks for it.</summary>
public sealed class PostgresServers : IAsyncDisposable
{
    readonly SemaphoreSlim _gate = new(1);
    readonly Dictionary<string, PostgresServer> _servers = [];
    int _databases;

    /// <summary>The servers that tests of the whole path run against.</summary>
    public static TheoryData<string> All => [PostgresInstallation.Embedded.Name, PostgresInstallation.Debian.Name];

    /// <summary>Creates an empty database on the named server; skips the test where that is not installed.</summary>
    public async Task<string> CreateDatabaseAsync(string name, CancellationToken ct)
    {
        var server = await ServerAsync(name, ct);
        var database = $"test{Interlocked.Increment(ref _databases)}";
        await using var connection = new NpgsqlConnection(server.ConnectionString());
        await connection.OpenAsync(ct);
        await using var command = new NpgsqlCommand($"CREATE DATABASE {database}", connection);
        await command.ExecuteNonQueryAsync(ct);
        return server.ConnectionString(database);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var server in _servers.Values)
            await server.DisposeAsync();
        _gate.Dispose();
    }

    async Task<PostgresServer> ServerAsync(string name, CancellationToken ct)
    {
        var installation = name == PostgresInstallation.Embedded.Name
            ? PostgresInstallation.Embedded
            : PostgresInstallation.Debian;
        Assert.SkipUnless(installation.Exists, $"PostgreSQL {name} is not at {installation.Root}");
        await _gate.WaitAsync(ct);
        try
        {
            if (!_servers.TryGetValue(name, out var server))
            {
                server = await PostgresServer.StartAsync(installation, ["wal_level = logical"], ct);
                _servers.Add(name, server);
            }
            return server;
        }
        finally
        {
            _gate.Release();
        }
    }
}
