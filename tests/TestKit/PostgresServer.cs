using System.Diagnostics;

namespace Tapline.TestKit;

/// <summary>A throw-away PostgreSQL server on a free loopback port, run as <c>nobody</c> where the tests run as root.
/// Safe from nothing: it does not even sync its files.</summary>
public sealed class PostgresServer : IAsyncDisposable
{
    const int NobodyId = 65534;
    static readonly TimeSpan _startMax = TimeSpan.FromSeconds(60);

    readonly string _folder;
    readonly Process _process;

    PostgresServer(string folder, Process process, int port)
    {
        _folder = folder;
        _process = process;
        Port = port;
    }

    /// <summary>The port on 127.0.0.1.</summary>
    public int Port { get; }

    /// <summary>Its process.</summary>
    public int ProcessId => _process.Id;

    /// <summary>Npgsql's connection string of one of its databases.</summary>
    public string ConnectionString(string database = "postgres") =>
        $"Host=127.0.0.1;Port={Port};Username=postgres;Database={database};SSL Mode=Disable;Include Error Detail=true";

    /// <summary>Creates a cluster in a temporary folder and starts it. Settings are lines of its configuration
    /// file.</summary>
    public static async Task<PostgresServer> StartAsync(
        PostgresInstallation installation, IEnumerable<string> settings, CancellationToken ct)
    {
        var folder = Directory.CreateTempSubdirectory("tapline-postgres-").FullName;
        PostgresServer? server = null;
        try
        {
            var root = installation.Root;
            if (Environment.IsPrivilegedProcess)
            {
                // Another user cannot read what lies below root's home.
                if (!root.StartsWith("/usr/", StringComparison.Ordinal))
                {
                    await RunAsync("cp", ["-a", root, Path.Combine(folder, "postgresql")], ct);
                    root = Path.Combine(folder, "postgresql");
                }
                await RunAsync("chown", ["-R", $"{NobodyId}:{NobodyId}", folder], ct);
            }
            var data = Path.Combine(folder, "data");
            await RunAsUserAsync(
                Path.Combine(root, "bin", "initdb"),
                ["-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "-N"],
                ct);
            var port = LoopbackPort.Free();
            await File.AppendAllLinesAsync(
                Path.Combine(data, "postgresql.conf"),
                [
                    "listen_addresses = '127.0.0.1'", $"port = {port}", "unix_socket_directories = ''", "fsync = off",
                    "full_page_writes = off", "synchronous_commit = off", "max_wal_senders = 40",
                    "max_replication_slots = 40", "max_connections = 300",
                    "log_min_messages = fatal", "log_timezone = UTC", .. settings,
                ],
                ct);
            var process = Process.Start(AsUser(Path.Combine(root, "bin", "postgres"), ["-D", data]))!;
            server = new PostgresServer(folder, process, port);
            await server.WaitUntilReadyAsync(Path.Combine(data, "postmaster.pid"), ct);
            return server;
        }
        catch
        {
            if (server is not null)
                await server.DisposeAsync();
            else
                Directory.Delete(folder, recursive: true);
            throw;
        }
    }

    /// <summary>Shuts the server down at once and deletes its files.</summary>
    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            await RunAsync("kill", ["-INT", $"{_process.Id}"], CancellationToken.None);
            await _process.WaitForExitAsync(CancellationToken.None);
        }
        _process.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    // The eighth line of the file says how far the server is.
    async Task WaitUntilReadyAsync(string pidFile, CancellationToken ct)
    {
        for (var waited = Stopwatch.StartNew(); waited.Elapsed < _startMax;)
        {
            if (_process.HasExited)
                throw new InvalidOperationException($"postgres ended with code {_process.ExitCode}");
            if (File.Exists(pidFile) && (await File.ReadAllTextAsync(pidFile, ct)).Contains("ready"))
                return;
            await Task.Delay(20, ct);
        }
        throw new TimeoutException("postgres does not get ready");
    }

    static Task RunAsUserAsync(string program, string[] arguments, CancellationToken ct)
    {
        var start = AsUser(program, arguments);
        return RunAsync(start.FileName, [.. start.ArgumentList], ct);
    }

    // setpriv replaces itself by the program, so that the process id is the server's.
    static ProcessStartInfo AsUser(string program, string[] arguments) => Environment.IsPrivilegedProcess
        ? Start("setpriv", [$"--reuid={NobodyId}", $"--regid={NobodyId}", "--clear-groups", program, .. arguments])
        : Start(program, arguments);

    static ProcessStartInfo Start(string program, string[] arguments) =>
        new(program, arguments) { WorkingDirectory = Path.GetTempPath() };

    static async Task RunAsync(string program, string[] arguments, CancellationToken ct)
    {
        var start = Start(program, arguments);
        start.RedirectStandardOutput = true;
        start.RedirectStandardError = true;
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync(ct);
        var errors = await process.StandardError.ReadToEndAsync(ct);
        await output;
        await process.WaitForExitAsync(ct);
        if (process.ExitCode != 0)
            throw new InvalidOperationException($"{program} ended with code {process.ExitCode}: {errors}");
    }
}
