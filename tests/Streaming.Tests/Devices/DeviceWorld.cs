using System.Collections.Immutable;
using System.Diagnostics;
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
using Tapline.Streaming.Windows;
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

    /// <summary>The windows over the streams.</summary>
    public ImmutableArray<StreamWindow> Windows { get; init; } = [];

    static readonly TableSchema Taps = new(
        new TableId("app", "taps"),
        1,
        [PostgresTypes.Column("id", "text", nullable: false, keyOrdinal: 0)],
        WireFormat.Tapline);

    static readonly TableSchema Views = new(
        new TableId("app", "page_views"),
        1,
        [
            PostgresTypes.Column("id", "bigint", nullable: false, keyOrdinal: 0),
            PostgresTypes.Column("user_id", "text"),
            PostgresTypes.Column("occurred_at", "timestamp with time zone"),
        ],
        WireFormat.Tapline);

    long _lsn = 1000;

    /// <summary>Declares that <c>app.taps</c> knows the devices.</summary>
    public async Task DeclareTableAsync(CancellationToken ct, int parkedMax = 10_000)
    {
        Devices = Devices with { Table = Taps.Table, ParkedMax = parkedMax };
        await AnnounceAsync(Taps, ct);
    }

    /// <summary>Makes the topic of <c>app.page_views</c>.</summary>
    public Task AnnounceViewsAsync(CancellationToken ct) => AnnounceAsync(Views, ct);

    /// <summary>Changes a row of <c>app.page_views</c>.</summary>
    public Task ChangeViewAsync(char op, int id, string user, string at, CancellationToken ct) => ChangeAsync(
        Views, op, $$"""{"id":{{id}}}""", $$"""{"id":{{id}},"user_id":"{{user}}","occurred_at":"{{at}}"}""", ct);

    async Task AnnounceAsync(TableSchema schema, CancellationToken ct)
    {
        await Log.EnsureTopicsAsync(
            [new TopicSpec(TopicNames.Schemas(Prefix), 1), new TopicSpec(TopicOf(schema), 1)], ct);
        await Log.OpenProducer("world").AppendAsync(
            new EventRecord(TopicNames.Schemas(Prefix), SchemaRecord.Key(schema), SchemaRecord.Value(schema)), ct);
    }

    /// <summary>Adds a row to the table of devices, or removes it.</summary>
    public Task ChangeTapAsync(string id, CancellationToken ct, bool isThere = true)
    {
        var row = $$"""{"id":"{{id}}"}""";
        return ChangeAsync(Taps, isThere ? 'c' : 'd', row, row, ct);
    }

    Task ChangeAsync(TableSchema schema, char op, string key, string row, CancellationToken ct)
    {
        _lsn += 10;
        var envelope = $$"""
            {"before":null,"after":{{(op == 'd' ? "null" : row)}},
             "source":{"ts_ms":5,"snapshot":"{{(op == 'r' ? "true" : "false")}}","db":"bar",
                       "sequence":"[\"{{_lsn}}\",\"{{_lsn}}\"]","ts_us":5000,
                       "schema":"app","table":"{{schema.Table.Name}}","txId":1,"lsn":{{_lsn}}},
             "transaction":null,"op":"{{op}}","ts_ms":6}
            """;
        return Log.OpenProducer("world").AppendAsync(
            new EventRecord(TopicOf(schema), Encoding.UTF8.GetBytes(key), Encoding.UTF8.GetBytes(envelope))
            {
                Headers = [new EventHeader(TopicNames.SchemaHeader, "1"u8.ToArray())],
            },
            ct).AsTask();
    }

    /// <summary>Sends a record of a stream back from quarantine.</summary>
    public async Task ReplayAsync(
        string stream, string device, string value, long offset, int partition, CancellationToken ct)
    {
        await Log.EnsureTopicsAsync([new TopicSpec(TopicNames.Replays(Prefix), 1)], ct);
        var mark = new ReplayMark(new TopicPartition(Topic(stream), partition), offset, 1, Attempt: 1);
        await Log.OpenProducer("world").AppendAsync(
            new EventRecord(
                TopicNames.Replays(Prefix), Encoding.UTF8.GetBytes(device), Encoding.UTF8.GetBytes(value))
            {
                Headers = [new EventHeader(ReplayMark.Header, Encoding.UTF8.GetBytes(mark.ToString()))],
            },
            ct);
    }

    static string TopicOf(TableSchema schema) => TopicNames.Data(Prefix, schema.Table);

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

    /// <summary>Runs a worker until a condition holds, a minute at most, then ends it.</summary>
    public async Task RunUntilAsync(Func<Task<bool>> condition, CancellationToken ct)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(ct);
        var running = Worker().RunAsync(stop.Token);
        for (var began = Stopwatch.StartNew(); !running.IsCompleted && !await condition();)
        {
            Assert.True(began.Elapsed < TimeSpan.FromMinutes(1), "what was waited for did not come");
            await Task.Delay(10, ct);
        }
        await stop.CancelAsync();
        await running;
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
            Windows = Windows,
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
            if (TopicNames.DeviceStream(Prefix, topic.Name) is null && topic.Name != TopicNames.Replays(Prefix)
                && topic.Name != TopicOf(Taps) && topic.Name != TopicOf(Views))
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

    /// <summary>The files of a stream's table at the newest manifest; none before the first.</summary>
    public async Task<List<string>> FilesAsync(string stream, CancellationToken ct)
    {
        var root = $"history/iot_{stream}";
        return (await new EpochStore(Lake, 0).ReadAsync(ct)).Manifest is { } manifest
            && manifest.Tables.TryGetValue(root, out var version)
            && await DeltaTable.ReadAsync(Lake, root, version, ct) is { } snapshot
                ? [.. snapshot.Files.Values.Select(static file => file.Location)]
                : [];
    }

    /// <summary>Some columns of a stream's history, values as text; nothing when there is none.</summary>
    public Task<List<string?[]>> HistoryAsync(string stream, string columns, CancellationToken ct, string tail = "") =>
        QueryAsync($"history/iot_{stream}", columns, ct, tail);

    /// <summary>Some columns of a table at the manifest's cut, values as text; nothing when there is none.</summary>
    public async Task<List<string?[]>> QueryAsync(
        string root, string columns, CancellationToken ct, string tail = "") =>
        (await new EpochStore(Lake, 0).ReadAsync(ct)).Manifest is { } manifest
        && manifest.Tables.TryGetValue(root, out var version)
            ? await TableQuery.RunAsync(Lake, root, version, columns, ct, tail)
            : [];

    public async ValueTask DisposeAsync()
    {
        _duck.Dispose();
        await Log.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }
}
