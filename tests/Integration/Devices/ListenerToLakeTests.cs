using System.Diagnostics;
using System.Globalization;
using Tapline.Lakehouse.Delta;
using Tapline.Lakehouse.Storage;
using Tapline.Serving.Lake;
using Tapline.TestKit;
using Tapline.TestKit.Mqtt;
using Tapline.TestKit.Storage;

namespace Tapline.Integration.Tests.Devices;

/// <summary>Invariants 1 and 6 from a device's side: what our listener has acknowledged is in the lake once, also when
/// the whole process is killed in the middle of the work.</summary>
public sealed class ListenerToLakeTests
{
    const int Messages = 400;

    static readonly TimeSpan WaitMax = TimeSpan.FromMinutes(3);

    static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_a_device_was_told_has_arrived_is_in_the_lake_once_over_two_kills()
    {
        using var folder = new TemporaryFolder("devices");
        var (broker, mqtt) = (LoopbackPort.Free(), LoopbackPort.Free());
        var config = Write(folder.FullPath, broker, mqtt);
        var process = Start(config);
        try
        {
            for (var kills = 0; kills < 2; kills++)
            {
                var publishing = PublishAsync(mqtt, device: kills);
                await AwaitListenerAsync(mqtt);
                await Task.Delay(TimeSpan.FromMilliseconds(400 + 600 * kills), Ct);
                process.Kill();
                await process.WaitForExitAsync(Ct);
                process.Dispose();
                process = Start(config);
                await publishing;
            }
            await PublishAsync(mqtt, device: 0);

            Assert.Equal($"{2 * Messages} of {2 * Messages}, 2 of 2", await CountAsync(folder.FullPath));
        }
        finally
        {
            process.Kill();
            await process.WaitForExitAsync(Ct);
            process.Dispose();
        }
    }

    static string Write(string folder, int broker, int mqtt)
    {
        File.WriteAllText(Path.Combine(folder, "sources.yaml"), """
            streams:
              pour: { columns: { volume_ml: integer not null } }
            """);
        var path = Path.Combine(folder, "tapline.yaml");
        File.WriteAllText(path, $$"""
            pipeline: bar
            log: { embedded: { path: broker, port: {{broker}} } }
            sources: sources.yaml
            lake: { path: lake, durability: process }
            stream: { epoch_seconds: 0.2 }
            mqtt:
              routes:
                taps:
                  topic: bar/v1/{account_id}/{device_id}/{stream}
                  streams: { pour: pour }
                  key: device_id
              listen: { address: "127.0.0.1:{{mqtt}}" }
            """);
        return path;
    }

    static async Task AwaitListenerAsync(int port)
    {
        for (var began = Stopwatch.StartNew(); began.Elapsed < WaitMax; await Task.Delay(20, Ct))
        {
            if (await LoopbackPort.IsListeningAsync(port, Ct))
                return;
        }
        Assert.Fail("nobody listens for devices");
    }

    // As a device that keeps what was not acknowledged, and begins with it again.
    static async Task PublishAsync(int port, int device)
    {
        string[] arguments =
        [
            "-h", "127.0.0.1", "-p", $"{port}", "-q", "1", "-i", $"d{device}", "-t", $"bar/v1/a1/d{device}/pour", "-l",
        ];
        var began = Stopwatch.StartNew();
        while (began.Elapsed < WaitMax)
        {
            using var tool = MosquittoTools.StartWithInput("mosquitto_pub", arguments);
            try
            {
                for (var seq = 0; seq < Messages; seq++)
                    await tool.StandardInput.WriteLineAsync(Message(seq).AsMemory(), Ct);
                tool.StandardInput.Close();
            }
            catch (IOException)
            {
                // It has given up: its broker is away.
            }
            using var waited = CancellationTokenSource.CreateLinkedTokenSource(Ct);
            waited.CancelAfter(TimeSpan.FromSeconds(20));
            try
            {
                await tool.WaitForExitAsync(waited.Token);
                if (tool.ExitCode == 0)
                    return;
            }
            catch (OperationCanceledException) when (!Ct.IsCancellationRequested)
            {
                // It waits for an answer that never comes.
                tool.Kill();
            }
            await Task.Delay(100, Ct);
        }
        Assert.Fail($"device {device} found nobody who takes its messages");
    }

    static string Message(int seq) => string.Create(CultureInfo.InvariantCulture, $$"""
        {"boot_id":"b1","seq":{{seq}},"ts":"2025-03-{{1 + seq % 3:00}}T02:14:07.120Z","volume_ml":{{seq}},"pid":"Ale"}
        """);

    // How many messages are there and how many different ones, how many devices and accounts' devices.
    static async Task<string> CountAsync(string folder)
    {
        var lake = new LocalObjectStore(
            Path.Combine(folder, "lake"), new LocalStoreOptions { Durability = Durability.ProcessCrash });
        var found = "nothing";
        for (var began = Stopwatch.StartNew(); began.Elapsed < WaitMax; await Task.Delay(200, Ct))
        {
            using var session = await LakeSession.OpenAsync(
                lake, new DeltaServices(TimeProvider.System, Guid.NewGuid), new LakeSessionOptions(), Ct);
            if (session.Tables.All(static table => table.Root != "history/iot_pour"))
                continue;
            using var result = session.Query(
                """
                SELECT format('{} of {}, {} of {}', count(DISTINCT (device_id, boot_id, seq)), count(*),
                    count(DISTINCT device_id), count(DISTINCT (device_id, account_id)))
                FROM history.iot_pour WHERE volume_ml = seq AND event_date = CAST(ts AS DATE)
                """,
                ct: Ct);
            using var chunk = result.NextChunk()!;
            found = System.Text.Encoding.UTF8.GetString(chunk.Column(0).Bytes(0));
            if (found.StartsWith($"{2 * Messages} ", StringComparison.Ordinal))
                return found;
        }
        return found;
    }

    static Process Start(string config)
    {
        var program = Path.Combine(AppContext.BaseDirectory, "Tapline.Cli.dll");
        return Process.Start(
            new ProcessStartInfo("dotnet", [program, "run", "--config", config]) { RedirectStandardInput = true })!;
    }
}
