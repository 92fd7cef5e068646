using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Tapline.Contracts.Log;
using Tapline.Contracts.Schema;
using Tapline.Contracts.Sources;
using Tapline.Lakehouse.Delta;
using Tapline.Lakehouse.DuckDb;
using Tapline.Lakehouse.Storage;
using Tapline.Streaming.Epochs;
using Tapline.Streaming.Tests.Lanes;
using Tapline.TestKit;

namespace Tapline.Streaming.Tests.Devices;

/// <summary>Device messages in a log in memory, a lake in a folder and a worker between them.</summary>
sealed class DeviceWorld : IAsyncDisposable
{
    public const string Prefix = "bar";

    readonly string _folder = Path.Combine(Path.GetTempPath(), "tapline-devices-" + Guid.NewGuid().ToString("N"));
    readonly DuckDbDatabase _duck = DuckDbDatabase.Open();

    public DeviceWorld()
    {
        Lake = new LocalObjectStore(
            Path.Combine(_folder, "lake"), new LocalStoreOptions { Durability = Durability.ProcessCrash });
        Store = Lake;
    }

    public MemoryEventLog Log { get; } = new(TimeProvider.System);

    public IObjectStore Lake { get; }

    /// <summary>What the worker writes to: the lake, or something faulty in front of it.</summary>
    public IObjectStore Store { get; set; }

    /// <summary>What is declared of the streams.</summary>
    public DeclaredDevices Devices { get; set; } = new()
    {
        Columns = [new("account_id", "text")],
        Streams =
        [
            new("pour") { Columns = [new("volume_ml", "integer"), new("kind", "text")] },
            new("status") { OnceBy = ["conn_id", "reason"] },
        ],
    };

    public static string Topic(string stream) => TopicNames.Devices(Prefix, stream);

    /// <summary>Sends a message, and again so often.</summary>
    public async Task SendAsync(string stream, string? device, string value, CancellationToken ct, int times = 1)
    {
        await Log.EnsureTopicsAsync([new TopicSpec(Topic(stream), 2)], ct);
        var key = device is null ? (ReadOnlyMemory<byte>?)null : Encoding.UTF8.GetBytes(device).AsMemory();
        for (; times > 0; times--)
        {
            await Log.OpenProducer("world").AppendAsync(
                new EventRecord(Topic(stream), key, Encoding.UTF8.GetBytes(value)) { TimestampMs = 1_750_000_000_000 },
                ct);
        }
    }

    /// <summary>A message of a boot.</summary>
    public static string Message(
        string boot, long seq, string rest = "", string ts = "2025-03-08T02:14:07.120Z",
        string receivedAt = "2025-03-08T02:14:07.410Z") =>
        $$"""
        {"v":1,"boot_id":"{{boot}}","seq":{{seq}},"ts":"{{ts}}"{{rest}},
         "account_id":"a1","received_at":"{{receivedAt}}"}
        """;

    /// <summary>Runs a worker until the lake has all of the log.</summary>
    public Task<StreamStatus> CatchUpAsync(CancellationToken ct) => RunUntilAsync(static () => false, ct);

    /// <summary>Runs a worker until the lake has all of the log or a condition holds, then ends it.</summary>
    public async Task<StreamStatus> RunUntilAsync(Func<bool> condition, CancellationToken ct)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(ct);
        var worker = Worker();
        var running = worker.RunAsync(stop.Token);
        while (!running.IsCompleted && !condition() && !await IsCaughtUpAsync(ct))
            await Task.Delay(5, ct);
        await stop.CancelAsync();
        await running;
        return worker.Status;
    }

    public StreamWorker Worker() => new(
        new StreamOptions
        {
            Pipeline = "test",
            Prefix = Prefix,
            EpochInterval = TimeSpan.FromMilliseconds(1),
            EpochIntervalMax = TimeSpan.FromMilliseconds(1),
            DiscoveryInterval = TimeSpan.FromMilliseconds(20),
            HistoryFilesMax = 3,
            FetchBytesMax = 4_000,
            MessageBytesMax = 100_000,
            Sources = new SourceDeclarations(new DeclaredFormat(), []) { Devices = Devices },
        },
        Log, Store, _duck, TimeProvider.System, Guid.NewGuid, NullLoggerFactory.Instance);

    public async Task<bool> IsCaughtUpAsync(CancellationToken ct)
    {
        var (manifest, open) = await new EpochStore(Lake, 0).ReadAsync(ct);
        if (manifest is null || open is not null)
            return false;
        foreach (var topic in await Log.ListTopicsAsync(ct))
        {
            if (TopicNames.DeviceStream(Prefix, topic.Name) is null && topic.Name != TopicNames.Replays(Prefix))
                continue;
            for (var partition = 0; partition < topic.Partitions; partition++)
            {
                var end = (await Log.OffsetsAsync(new TopicPartition(topic.Name, partition), ct)).End;
                if (end > (manifest.Offsets.GetValueOrDefault(topic.Name)?.GetValueOrDefault(partition) ?? 0))
                    return false;
            }
        }
        return true;
    }

    /// <summary>The newest manifest.</summary>
    public async Task<EpochManifest> ManifestAsync(CancellationToken ct)
    {
        var (manifest, _) = await new EpochStore(Lake, 0).ReadAsync(ct);
        Assert.NotNull(manifest);
        return manifest;
    }

    /// <summary>Some columns of a stream's history, values as text; nothing when there is none.</summary>
    public Task<List<string?[]>> HistoryAsync(string stream, string columns, CancellationToken ct, string tail = "") =>
        QueryAsync($"history/iot_{stream}", columns, ct, tail);

    /// <summary>Some columns of a table at the manifest's cut, values as text; nothing when there is none.</summary>
    public async Task<List<string?[]>> QueryAsync(
        string root, string columns, CancellationToken ct, string tail = "") =>
        (await ManifestAsync(ct)).Tables.TryGetValue(root, out var version)
            ? await TableQuery.RunAsync(Lake, root, version, columns, ct, tail)
            : [];

    public async ValueTask DisposeAsync()
    {
        _duck.Dispose();
        await Log.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }
}
