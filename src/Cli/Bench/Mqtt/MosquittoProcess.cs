using System.Diagnostics;
using System.Globalization;
using Tapline.Contracts;

namespace Tapline.Cli.Bench.Mqtt;

/// <summary>A mosquitto on a loopback port that keeps nothing on disk and limits nothing.</summary>
sealed class MosquittoProcess : IAsyncDisposable
{
    static readonly string[] Places =
        ["/usr/sbin/mosquitto", "/usr/local/sbin/mosquitto", "/opt/homebrew/sbin/mosquitto"];

    readonly Process _process;

    MosquittoProcess(Process process) => _process = process;

    /// <summary>The program; null where it is not installed.</summary>
    public static string? Program => Array.Find(Places, File.Exists);

    public int ProcessId => _process.Id;

    /// <summary>Starts it.</summary>
    public static async Task<MosquittoProcess> StartAsync(
        string folder, int port, TimeProvider time, CancellationToken ct)
    {
        Directory.CreateDirectory(folder);
        var file = Path.Combine(folder, "mosquitto.conf");
        await File.WriteAllTextAsync(file, string.Create(CultureInfo.InvariantCulture,
            $"""
            user {Environment.UserName}
            listener {port} 127.0.0.1
            allow_anonymous true
            persistence false
            max_inflight_messages 1000
            max_queued_messages 0
            log_dest none

            """), ct);
        var process = Process.Start(new ProcessStartInfo(Program!, ["-c", file]))
            ?? throw new TaplineException("mosquitto cannot be started");
        var server = new MosquittoProcess(process);
        try
        {
            await LoopbackServer.AwaitAsync(port, time, ct);
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
            _process.Kill();
        await _process.WaitForExitAsync(CancellationToken.None);
        _process.Dispose();
    }
}
