using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using Npgsql;
using Tapline.Contracts;
using Tapline.Native;

namespace Tapline.Cli.Embedded;

/// <summary>A PostgreSQL server of our own on a loopback port, with logical decoding on, for the demo and for tests. It
/// holds nothing worth keeping: it does not wait for the disk. Disposing stops it.</summary>
sealed class EmbeddedPostgres : IAsyncDisposable
{
    const string User = "tapline";
    readonly ServerAccount _account;
    readonly string _data;

    EmbeddedPostgres(ServerAccount account, string data, int port, string password)
    {
        _account = account;
        _data = data;
        Port = port;
        ConnectionString = new NpgsqlConnectionStringBuilder
        {
            Host = "127.0.0.1",
            Port = port,
            Username = User,
            Password = password,
            Database = "postgres",
        }.ConnectionString;
    }

    /// <summary>The port on 127.0.0.1.</summary>
    public int Port { get; }

    /// <summary>How to connect, as superuser, to the database <c>postgres</c>.</summary>
    public string ConnectionString { get; }

    /// <summary>Creates a server in a folder, which must be empty or absent, and starts it.</summary>
    public static async Task<EmbeddedPostgres> StartAsync(string folder, CancellationToken ct)
    {
        if (!File.Exists(Program("postgres")))
        {
            throw new TaplineException(
                $"PostgreSQL {NativeLibraries.PostgresVersion} is not in {NativeLibraries.PostgresRoot}",
                "run ./tapline setup");
        }
        folder = Path.GetFullPath(folder);
        Directory.CreateDirectory(folder);
        var account = await ServerAccount.ChooseAsync(folder, NativeLibraries.PostgresRoot, ct);
        var password = RandomNumberGenerator.GetHexString(32);
        var data = Path.Combine(folder, "data");
        await InitializeAsync(account, folder, data, password, ct);

        var port = FreePort();
        await ConfigureAsync(data, port, ct);
        var server = new EmbeddedPostgres(account, data, port, password);
        try
        {
            await server.RunAsync("pg_ctl", $"starting PostgreSQL on port {port}",
                ["-D", data, "-l", Path.Combine(folder, "server.log"), "-w", "-t", "60", "-s", "start"], ct);
        }
        catch
        {
            // Whoever waits no longer, or not long enough, has no server to dispose: it may be there for all that.
            await StopLeftoverAsync(folder, CancellationToken.None);
            throw;
        }
        return server;
    }

    /// <summary>Stops the server that an earlier run left behind in a folder; does nothing when none runs.</summary>
    public static async Task StopLeftoverAsync(string folder, CancellationToken ct)
    {
        var data = Path.Combine(Path.GetFullPath(folder), "data");
        if (!File.Exists(Path.Combine(data, "postmaster.pid")) || !File.Exists(Program("pg_ctl")))
            return;
        var account = await ServerAccount.ChooseAsync(folder, NativeLibraries.PostgresRoot, ct);
        await ProgramRun.RunAsync(account.Command(Program("pg_ctl"), "-D", data, "-m", "immediate", "-w", "-s",
            "stop"), ct);
    }

    public async ValueTask DisposeAsync() =>
        // Fast: sessions are ended, the walsender's too. Whoever disposes us has stopped asking.
        await ProgramRun.RunAsync(
            _account.Command(Program("pg_ctl"), "-D", _data, "-m", "fast", "-w", "-t", "20", "-s", "stop"),
            CancellationToken.None);

    static string Program(string name) => Path.Combine(NativeLibraries.PostgresRoot, "bin", name);

    static async Task InitializeAsync(
        ServerAccount account, string folder, string data, string password, CancellationToken ct)
    {
        var passwordFile = Path.Combine(folder, "password");
        await File.WriteAllTextAsync(passwordFile, password, ct);
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(passwordFile, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        await account.OwnAsync(folder, ct);
        var run = await ProgramRun.RunAsync(
            account.Command(
                Program("initdb"), "-D", data, "-U", User, "--pwfile", passwordFile, "--auth", "scram-sha-256",
                "--encoding", "UTF8", "--locale", "C", "--no-sync"),
            ct);
        File.Delete(passwordFile);
        if (run.ExitCode != 0)
            throw Failed("creating a database", run);
    }

    static async Task ConfigureAsync(string data, int port, CancellationToken ct) =>
        await File.AppendAllTextAsync(Path.Combine(data, "postgresql.conf"),
            string.Create(CultureInfo.InvariantCulture, $"""

            listen_addresses = '127.0.0.1'
            port = {port}
            unix_socket_directories = ''
            wal_level = logical
            max_wal_senders = 10
            max_replication_slots = 10
            max_wal_size = 2GB
            shared_buffers = 128MB
            fsync = off
            full_page_writes = off
            log_min_messages = warning

            """), ct);

    async Task RunAsync(string program, string purpose, string[] arguments, CancellationToken ct)
    {
        var run = await ProgramRun.RunAsync(_account.Command([Program(program), .. arguments]), ct);
        if (run.ExitCode != 0)
            throw Failed(purpose, run);
    }

    static TaplineException Failed(string purpose, ProgramRun run) =>
        new($"{purpose} failed with exit code {run.ExitCode}: {run.Output.Trim()}");

    static int FreePort()
    {
        using var probe = new TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        return ((IPEndPoint)probe.LocalEndpoint).Port;
    }
}
