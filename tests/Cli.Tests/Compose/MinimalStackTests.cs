using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Npgsql;
using Tapline.Cli.Embedded;
using Tapline.Native;
using Tapline.TestKit.Storage;

namespace Tapline.Cli.Tests.Compose;

/// <summary>What the containers of the profile minimal run, run on this machine: the same scripts in a PostgreSQL, the
/// same secrets, configuration and command lines. Only folders, host and port are others.</summary>
public sealed class MinimalStackTests : IAsyncLifetime
{
    static readonly TimeSpan WaitMax = TimeSpan.FromMinutes(2);

    readonly TemporaryFolder _folder = new("compose");
    readonly TaplineService _service = TaplineService.All.Single(static service => service.Name == "tapline");
    EmbeddedPostgres? _server;
    Process? _program;
    string? _superuser;
    string _said = "";

    static CancellationToken Ct => TestContext.Current.CancellationToken;

    string Secrets => Path.Combine(_folder.FullPath, "run");

    string Volumes => Path.Combine(_folder.FullPath, "volumes");

    public async ValueTask InitializeAsync()
    {
        Assert.SkipUnless(
            Directory.Exists(NativeLibraries.PostgresRoot), "no embedded PostgreSQL: run ./tapline setup");
        _server = await EmbeddedPostgres.StartAsync(Path.Combine(_folder.FullPath, "postgres"), Ct);
    }

    [Fact]
    public async Task The_first_rows_reach_the_lake_and_the_service_is_healthy_and_stops_when_told()
    {
        await MakeSecretsAsync();
        await PrepareDatabaseAsync();
        Start(await ConfigureAsync());

        await WaitAsync(async () => await QueryAsync("select count(*) from app.accounts") == "2");
        await WaitAsync(async () => await QueryAsync("select seats from app.locations") == "48");
        await SqlAsync("bar", "UPDATE app.accounts SET status = 'closed' WHERE name = 'The Copper Tap'");
        await WaitAsync(async () => await QueryAsync("select status from app.accounts order by id desc") == "closed");

        var health = new StringWriter();
        Assert.Equal(ExitCode.Success, await CommandLine.RunAsync(Here(_service.HealthCheck), health, health));
        Assert.Contains("slot tapline_bar", health.ToString(), StringComparison.Ordinal);
        Assert.Equal(ExitCode.Interrupted, await StopAsync());
    }

    public async ValueTask DisposeAsync()
    {
        if (_program is { HasExited: false })
        {
            _program.Kill();
            await _program.WaitForExitAsync(CancellationToken.None);
        }
        _program?.Dispose();
        if (_server is not null)
            await _server.DisposeAsync();
        _folder.Dispose();
    }

    // An engine mounts each file by itself, so that the folder's own rights do not matter inside.
    async Task MakeSecretsAsync()
    {
        var made = Path.Combine(_folder.FullPath, "secrets");
        for (var time = 0; time < 2; time++)
        {
            using var maker = Process.Start(new ProcessStartInfo(
                Path.Combine(LauncherTests.Root, "docker", "make-secrets"), [made]) { RedirectStandardOutput = true })!;
            var told = await maker.StandardOutput.ReadToEndAsync(Ct);
            await maker.WaitForExitAsync(Ct);
            Assert.Equal(0, maker.ExitCode);
            // The second time there is nothing left to make.
            Assert.Equal(time == 0 ? 3 : 0, told.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
        }
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute,
            new DirectoryInfo(made).UnixFileMode);
        Directory.CreateDirectory(Secrets);
        foreach (var secret in ComposeNode.File["secrets"].Keys)
        {
            Assert.Matches("^[0-9a-f]{48}$", await File.ReadAllTextAsync(Path.Combine(made, secret), Ct));
            File.Copy(Path.Combine(made, secret), Path.Combine(Secrets, secret));
        }
    }

    async Task PrepareDatabaseAsync()
    {
        // In the container the superuser is postgres, and tapline is a name that the scripts give.
        await SqlAsync("postgres", "CREATE ROLE postgres SUPERUSER LOGIN PASSWORD 'postgres'");
        _superuser = "postgres";
        await SqlAsync("postgres", "ALTER ROLE tapline RENAME TO maker");
        await SqlAsync("postgres", "CREATE DATABASE bar");
        var scripts = ServiceMount.Of(ComposeNode.Services["postgres"])
            .Where(static mount => mount.Target.StartsWith("/docker-entrypoint-initdb.d/", StringComparison.Ordinal))
            .OrderBy(static mount => mount.Target, StringComparer.Ordinal)
            .ToList();
        Assert.EndsWith("src/Cli/Demo/bar.sql", scripts[0].File, StringComparison.Ordinal);
        foreach (var script in scripts)
            await SqlAsync("bar", Replaced(await File.ReadAllTextAsync(script.File, Ct)));
    }

    async Task<string> ConfigureAsync()
    {
        using var probe = new TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        var yaml = Replaced(await File.ReadAllTextAsync(_service.ConfigMount!.File, Ct))
            .Replace("Host=postgres;", $"Host=127.0.0.1;Port={_server!.Port};", StringComparison.Ordinal)
            .Replace("port: 9092", $"port: {((IPEndPoint)probe.LocalEndpoint).Port}", StringComparison.Ordinal);
        var file = Path.Combine(_folder.FullPath, "bar.yaml");
        await File.WriteAllTextAsync(file, yaml, Ct);
        return file;
    }

    void Start(string config)
    {
        Assert.Equal("/etc/tapline/bar.yaml", _service.ConfigMount!.Target);
        var start = new ProcessStartInfo("dotnet",
            [Path.Combine(AppContext.BaseDirectory, "Tapline.Cli.dll"), .. Here(_service.Command)])
        {
            RedirectStandardError = true,
            RedirectStandardOutput = true,
        };
        _program = Process.Start(start)!;
        // What it says is read, so that it is never held up; the last of it explains an end that nobody asked for.
        _program.OutputDataReceived += static (_, _) => { };
        _program.ErrorDataReceived += (_, line) => _said = line.Data ?? _said;
        _program.BeginOutputReadLine();
        _program.BeginErrorReadLine();
        Assert.True(File.Exists(config));
    }

    /// <summary>As <c>docker stop</c> asks.</summary>
    async Task<int> StopAsync()
    {
        using var kill = Process.Start("kill", ["-TERM", $"{_program!.Id}"]);
        await _program.WaitForExitAsync(Ct);
        return _program.ExitCode;
    }

    /// <summary>One value, asked as the service query asks.</summary>
    async Task<string> QueryAsync(string sql)
    {
        var query = TaplineService.All.Single(static service => service.Name == "query");
        var (output, errors) = (new StringWriter(), new StringWriter());
        var arguments = query.Node["entrypoint"].Texts.Skip(2).Select(Replaced);
        var code = await CommandLine.RunAsync([.. arguments, sql, "--format", "csv"], output, errors);
        return code == ExitCode.Success ? output.ToString().Split('\n')[1].Trim() : errors.ToString();
    }

    async Task SqlAsync(string database, string sql)
    {
        var connection = new NpgsqlConnectionStringBuilder(_server!.ConnectionString) { Database = database };
        if (_superuser is not null)
            (connection.Username, connection.Password) = (_superuser, _superuser);
        await using var source = NpgsqlDataSource.Create(connection);
        await using var command = source.CreateCommand(sql);
        await command.ExecuteNonQueryAsync(Ct);
    }

    async Task WaitAsync(Func<Task<bool>> condition)
    {
        for (var waited = Stopwatch.StartNew(); !await condition(); await Task.Delay(200, Ct))
        {
            Assert.False(_program!.HasExited, $"the service has ended: {_said}");
            Assert.True(waited.Elapsed < WaitMax, "the rows do not reach the lake");
        }
    }

    string[] Here(IEnumerable<string> words) => [.. words.Select(
        word => word == _service.ConfigMount!.Target ? Path.Combine(_folder.FullPath, "bar.yaml") : word)];

    string Replaced(string text) => text
        .Replace("/run/secrets", Secrets, StringComparison.Ordinal)
        .Replace("/var/lib/tapline", Volumes, StringComparison.Ordinal);
}
