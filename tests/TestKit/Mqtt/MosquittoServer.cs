using System.Diagnostics;

namespace Tapline.TestKit.Mqtt;

/// <summary>A throw-away MQTT broker on a free loopback port: Debian's package <c>mosquitto</c>. What it keeps lies in
/// its folder and outlives <see cref="KillAsync"/>.</summary>
public sealed class MosquittoServer : IAsyncDisposable
{
    /// <summary>Why tests are skipped where <see cref="IsInstalled"/> is false.</summary>
    public const string Absent = "needs mosquitto: apt-get install mosquitto mosquitto-clients";

    /// <summary>The one user.</summary>
    public const string User = "bridge";

    /// <summary>Its password.</summary>
    public const string Password = "bridge-password";

    const string Program = "/usr/sbin/mosquitto";

    static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);
    static readonly TimeSpan StartMax = TimeSpan.FromSeconds(20);

    readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("tapline-mosquitto-");
    Process? _process;

    MosquittoServer() => Port = LoopbackPort.Free();

    /// <summary>Whether the broker and its tools are there.</summary>
    public static bool IsInstalled => File.Exists(Program) && File.Exists("/usr/bin/mosquitto_pub");

    /// <summary>The port on 127.0.0.1.</summary>
    public int Port { get; }

    /// <summary>How long it takes at most until what it has is on its disk.</summary>
    public static TimeSpan SaveMax { get; } = TimeSpan.FromSeconds(2.5);

    /// <summary>Starts a broker that writes sessions and messages to its disk once a second.</summary>
    public static async Task<MosquittoServer> StartAsync(CancellationToken ct)
    {
        var server = new MosquittoServer();
        try
        {
            await MosquittoTools.RunAsync(
                "mosquitto_passwd", ["-b", "-c", server.PathOf("passwords"), User, Password], ct);
            await File.WriteAllTextAsync(server.PathOf("mosquitto.conf"),
                $"""
                user {Environment.UserName}
                listener {server.Port} 127.0.0.1
                allow_anonymous false
                password_file {server.PathOf("passwords")}
                persistence true
                persistence_location {server._folder.FullName}/
                autosave_interval 1
                max_queued_messages 100000
                max_inflight_messages 1000
                log_dest none

                """, ct);
            await server.StartAgainAsync(ct);
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>Ends it at once, as a crash would.</summary>
    public async Task KillAsync()
    {
        if (_process is null)
            return;
        _process.Kill();
        await _process.WaitForExitAsync(CancellationToken.None);
        _process.Dispose();
        _process = null;
    }

    /// <summary>Starts it again on the same port and folder.</summary>
    public async Task StartAgainAsync(CancellationToken ct)
    {
        _process = Process.Start(new ProcessStartInfo(Program, ["-c", PathOf("mosquitto.conf")]))!;
        var waited = Stopwatch.StartNew();
        for (; !await LoopbackPort.IsListeningAsync(Port, ct); await Task.Delay(Pause, ct))
        {
            if (_process.HasExited || waited.Elapsed > StartMax)
                throw new InvalidOperationException("mosquitto does not start");
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        _folder.Delete(recursive: true);
    }

    string PathOf(string name) => Path.Combine(_folder.FullName, name);
}
