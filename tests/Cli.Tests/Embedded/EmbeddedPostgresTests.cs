using Npgsql;
using Tapline.Cli.Demo;
using Tapline.Cli.Embedded;
using Tapline.TestKit.Storage;

namespace Tapline.Cli.Tests.Embedded;

public sealed class EmbeddedPostgresTests
{
    [Fact]
    public async Task It_starts_with_logical_decoding_takes_the_bar_business_and_stops()
    {
        var ct = TestContext.Current.CancellationToken;
        var folder = Path.Combine(Path.GetTempPath(), $"tapline-postgres-{Path.GetRandomFileName()}");
        try
        {
            await using (var server = await EmbeddedPostgres.StartAsync(folder, ct))
            {
                await using var source = NpgsqlDataSource.Create(server.ConnectionString);
                Assert.Equal("logical", await ScalarAsync(source, "SHOW wal_level", ct));
                var model = new BarModel(1);
                var rows = await new BarDatabase(source, model, TimeProvider.System).CreateAsync(ct);
                Assert.InRange(rows, 50_000, 200_000);
                Assert.Equal(22L, await ScalarAsync(source,
                    "SELECT count(*) FROM pg_tables WHERE schemaname IN ('app', 'billing', 'marketing')", ct));
                await using var connection = await source.OpenConnectionAsync(ct);
                var changes = 0;
                foreach (var transaction in new BarWorkload(model).Transactions().Take(2_000))
                    changes += await BarDatabase.ApplyAsync(connection, transaction, ct);
                Assert.InRange(changes, 4_000, 20_000);
            }
            Assert.False(File.Exists(Path.Combine(folder, "data", "postmaster.pid")));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public async Task A_start_that_is_given_up_leaves_no_server_behind()
    {
        // A server that gets ready before the waiter is told to give up proves nothing: then once more.
        for (var attempt = 0; attempt < 20; attempt++)
        {
            using var folder = new TemporaryFolder("postgres");
            var pidFile = Path.Combine(folder.FullPath, "server", "data", "postmaster.pid");
            using var given = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
            var starting = EmbeddedPostgres.StartAsync(Path.Combine(folder.FullPath, "server"), given.Token);
            while (!File.Exists(pidFile) && !starting.IsCompleted)
                await Task.Delay(1, TestContext.Current.CancellationToken);
            var server = (await File.ReadAllTextAsync(pidFile, TestContext.Current.CancellationToken)).Split('\n')[0];
            await given.CancelAsync();
            try
            {
                await (await starting).DisposeAsync();
            }
            catch (OperationCanceledException)
            {
                Assert.True(server.Length == 0 || !Directory.Exists($"/proc/{server}"), $"{server} still runs");
                return;
            }
        }
        Assert.Skip("the server was always faster");
    }

    static async Task<object?> ScalarAsync(NpgsqlDataSource source, string sql, CancellationToken ct)
    {
        await using var command = source.CreateCommand(sql);
        return await command.ExecuteScalarAsync(ct);
    }
}
