using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Tapline.Contracts;
using Tapline.Contracts.Log;
using Tapline.Contracts.Schema;
using Tapline.Kafka.Broker;
using Tapline.Kafka.Client;
using Tapline.Lakehouse.Delta;
using Tapline.Lakehouse.DuckDb;
using Tapline.Lakehouse.Storage;
using Tapline.Serving.Lake;
using Tapline.Streaming;
using Tapline.Streaming.Epochs;
using Tapline.TestKit.Storage;

namespace Tapline.Integration.Tests;

/// <summary>A broker, a Kafka client, a stream worker and a lake in a temporary folder: all of the pipeline behind a
/// source, the way it runs.</summary>
sealed class TestPipeline : IAsyncDisposable
{
    public const string Name = "line";

    static readonly TimeSpan WaitMax = TimeSpan.FromSeconds(60);

    readonly TemporaryFolder _folder = new("line");
    readonly DuckDbDatabase _duck = DuckDbDatabase.Open();
    readonly CancellationTokenSource _lifetime = CancellationTokenSource.CreateLinkedTokenSource(Ct);
    readonly List<Task> _abandoned = [];
    EmbeddedBroker? _broker;
    KafkaEventLog? _log;
    IEventProducer? _producer;
    CancellationTokenSource? _stop;
    Task _running = Task.CompletedTask;

    TestPipeline(string prefix, string? lakeFolder, IObjectStore? lake)
    {
        LakeFolder = lakeFolder ?? Path.Combine(_folder.FullPath, "lake");
        Lake = lake
            ?? new LocalObjectStore(LakeFolder, new LocalStoreOptions { Durability = Durability.ProcessCrash });
        Options = new StreamOptions
        {
            Pipeline = Name,
            Prefix = prefix,
            EpochInterval = TimeSpan.FromMilliseconds(100),
            DiscoveryInterval = TimeSpan.FromMilliseconds(100),
        };
    }

    public static CancellationToken Ct => TestContext.Current.CancellationToken;

    public string LakeFolder { get; }

    public IObjectStore Lake { get; }

    public EmbeddedBroker Broker => _broker!;

    public KafkaEventLog Log => _log!;

    /// <summary>How the next worker works.</summary>
    public StreamOptions Options { get; set; }

    /// <summary>The worker that was started last.</summary>
    public StreamWorker? Worker { get; private set; }

    public StreamStatus Status => Worker!.Status;

    /// <summary>Starts the broker. A lake that is not in <paramref name="lakeFolder"/> has its local copies
    /// there.</summary>
    public static async Task<TestPipeline> StartAsync(
        string prefix,
        string? lakeFolder = null,
        IObjectStore? lake = null,
        Action<BrokerOptions>? configure = null)
    {
        var pipeline = new TestPipeline(prefix, lakeFolder, lake);
        var options = new BrokerOptions { DataDirectory = Path.Combine(pipeline._folder.FullPath, "broker") };
        configure?.Invoke(options);
        pipeline._broker = await EmbeddedBroker.StartAsync(
            options, TimeProvider.System, NullLoggerFactory.Instance, Ct);
        pipeline._log = new KafkaEventLog(
            new KafkaOptions { BootstrapServers = pipeline._broker.BootstrapServers },
            TimeProvider.System,
            NullLoggerFactory.Instance);
        pipeline._producer = pipeline._log.OpenProducer("test");
        return pipeline;
    }

    /// <summary>Creates the tables' topics and says on the schema topic what their columns are.</summary>
    public async Task AnnounceAsync(params IReadOnlyCollection<TableSchema> schemas)
    {
        var schemaTopic = TopicNames.Schemas(Options.Prefix);
        await Log.EnsureTopicsAsync(
            [new TopicSpec(schemaTopic, 1), .. schemas.Select(schema => new TopicSpec(Topic(schema), 1))], Ct);
        await SendAsync(schemas.Select(schema =>
            new EventRecord(schemaTopic, SchemaRecord.Key(schema), SchemaRecord.Value(schema))));
    }

    /// <summary>Appends records and waits for their acknowledgement.</summary>
    public async Task SendAsync(params IEnumerable<EventRecord> records)
    {
        foreach (var record in records)
            await _producer!.AppendAsync(record, Ct);
        await _producer!.FlushAsync(Ct);
    }

    public string Topic(TableSchema schema) => TopicNames.Data(Options.Prefix, schema.Table);

    /// <summary>Starts a worker.</summary>
    public void StartWorker()
    {
        Assert.True(_running.IsCompleted, "a worker is running already");
        _stop = CancellationTokenSource.CreateLinkedTokenSource(_lifetime.Token);
        (Worker, _running) = Launch(_stop.Token);
    }

    /// <summary>Starts a worker beside the one that runs, which is left to itself until the end.</summary>
    public void AbandonWorker()
    {
        _abandoned.Add(_running);
        _running = Task.CompletedTask;
        StartWorker();
    }

    /// <summary>Runs a worker that shares the lanes with others of its kind, until it is cancelled.</summary>
    public (StreamWorker Worker, Task Running) ShareLanes(CancellationToken ct) => Launch(ct, new GroupLaneOwnership(
        new KafkaOptions { BootstrapServers = Broker.BootstrapServers },
        new SharedLanes(TopicNames.Lanes(Options.Prefix), $"{Name}-lanes", Options.Lanes),
        Log,
        NullLoggerFactory.Instance));

    public async Task StopWorkerAsync()
    {
        if (_stop is not null)
            await _stop.CancelAsync();
        await _running;
    }

    /// <summary>Runs a worker until the lake has all that is in the log now, then stops it.</summary>
    public async Task<StreamStatus> CatchUpAsync()
    {
        if (_running.IsCompleted)
            StartWorker();
        await WaitAsync(IsCaughtUpAsync, "the lake has all of the log");
        await StopWorkerAsync();
        return Status;
    }

    /// <summary>Waits for a condition; fails with the worker where that has ended.</summary>
    public async Task WaitAsync(Func<Task<bool>> condition, string wanted)
    {
        for (var started = TimeProvider.System.GetTimestamp(); !await condition();)
        {
            if (_running.IsCompleted)
                await _running;
            if (TimeProvider.System.GetElapsedTime(started) > WaitMax)
                Assert.Fail($"not within {WaitMax}: {wanted}; the worker is at {Worker?.Status}");
            await Task.Delay(20, Ct);
        }
    }

    public async Task<bool> IsCaughtUpAsync()
    {
        var progress = await LakeProgress.ReadAsync(Lake, Ct);
        if (progress.Epochs == 0 || progress.HasOpen)
            return false;
        foreach (var topic in await Log.ListTopicsAsync(Ct))
        {
            if (!topic.Name.StartsWith($"{Options.Prefix}.", StringComparison.Ordinal)
                || topic.Name.Split('.').Length != 3)
                continue;
            for (var partition = 0; partition < topic.Partitions; partition++)
            {
                var at = new TopicPartition(topic.Name, partition);
                if (progress.Offset(at) < (await Log.OffsetsAsync(at, Ct)).End)
                    return false;
            }
        }
        return true;
    }

    public Task<LakeSession> OpenLakeAsync() => LakeSession.OpenAsync(
        Lake,
        new DeltaServices(TimeProvider.System, Guid.NewGuid),
        new LakeSessionOptions { Folder = LakeFolder },
        Ct);

    /// <summary>The rows of a query over the lake's newest cut, every value as text.</summary>
    public async Task<List<string?[]>> QueryAsync(string sql)
    {
        using var lake = await OpenLakeAsync();
        return SqlRows.Read(lake.Connection, sql);
    }

    public async ValueTask DisposeAsync()
    {
        await _lifetime.CancelAsync();
        try
        {
            await Task.WhenAll([_running, .. _abandoned]);
        }
        catch (TaplineException)
        {
            // The test that wanted it to go on has said so.
        }
        _stop?.Dispose();
        _lifetime.Dispose();
        if (_producer is not null)
            await _producer.DisposeAsync();
        if (_log is not null)
            await _log.DisposeAsync();
        if (_broker is not null)
            await _broker.DisposeAsync();
        _duck.Dispose();
        _folder.Dispose();
    }

    (StreamWorker Worker, Task Running) Launch(CancellationToken ct, ILaneOwnership? ownership = null)
    {
        var worker = new StreamWorker(
            Options, Log, Lake, _duck, TimeProvider.System, Guid.NewGuid, NullLoggerFactory.Instance, ownership);
        return (worker, worker.RunAsync(ct));
    }
}

/// <summary>Query results as text, for small tables.</summary>
static class SqlRows
{
    public static List<string?[]> Read(DuckDbConnection connection, string sql)
    {
        using var result = connection.Query($"SELECT CAST(COLUMNS(*) AS VARCHAR) FROM ({sql})", ct: TestPipeline.Ct);
        var rows = new List<string?[]>();
        foreach (var chunk in result.Chunks())
        {
            for (var row = 0; row < chunk.Count; row++)
                rows.Add([.. Enumerable.Range(0, result.Columns.Length).Select(column => Text(chunk, column, row))]);
        }
        return rows;
    }

    static string? Text(DuckDbChunk chunk, int column, int row)
    {
        var vector = chunk.Column(column);
        return vector.IsNull(row) ? null : Encoding.UTF8.GetString(vector.Bytes(row));
    }
}
