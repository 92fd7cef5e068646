using Microsoft.Extensions.Logging;
using Tapline.Cli.Running;
using Tapline.Contracts.Log;
using Tapline.Contracts.Schema;
using Tapline.Ingest.Postgres;
using Tapline.Kafka.Broker;
using Tapline.Kafka.Client;
using Tapline.Lakehouse.DuckDb;
using Tapline.Lakehouse.Storage;
using Tapline.Streaming;
using Tapline.Streaming.Epochs;

namespace Tapline.Cli.Bench;

/// <summary>A broker, its log and a lake in a folder of their own, and the parts between them, to be run one by one.
/// Disposing stops the broker.</summary>
sealed class BenchPipeline : IAsyncDisposable
{
    static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    readonly EmbeddedBroker _broker;
    readonly KafkaEventLog _log;
    readonly DuckDbDatabase _duck = DuckDbDatabase.Open();
    readonly LocalObjectStore _lake;
    readonly TableId _table;

    BenchPipeline(
        EmbeddedBroker broker,
        string folder,
        string connectionString,
        TableId table,
        TimeProvider time,
        ILoggerFactory logs)
    {
        _broker = broker;
        _table = table;
        Name = Path.GetFileName(folder);
        _log = new KafkaEventLog(new KafkaOptions { BootstrapServers = broker.BootstrapServers }, time, logs);
        _lake = new LocalObjectStore(Path.Combine(folder, "lake"), new LocalStoreOptions { Time = time });
        Source = new PostgresSource(
            new PostgresSourceOptions
            {
                ConnectionString = connectionString,
                Prefix = Name,
                SlotName = Name,
                Tables = [table.ToString()],
            },
            _log, time, logs);
        Worker = new StreamWorker(
            new StreamOptions { Pipeline = Name, Prefix = Name },
            _log, _lake, _duck, time, RunningPipeline.NewId, logs);
    }

    /// <summary>Also the name of the slot.</summary>
    public string Name { get; }

    /// <summary>Database to log.</summary>
    public PostgresSource Source { get; }

    /// <summary>Log to lake.</summary>
    public StreamWorker Worker { get; }

    /// <summary>Starts the broker in a folder, whose name becomes the pipeline's.</summary>
    public static async Task<BenchPipeline> StartAsync(
        string folder,
        string connectionString,
        TableId table,
        TimeProvider time,
        ILoggerFactory logs,
        CancellationToken ct)
    {
        var options = new BrokerOptions { DataDirectory = Path.Combine(folder, "broker"), MessageBytesMax = 16 << 20 };
        var broker = await EmbeddedBroker.StartAsync(options, time, logs, ct);
        return new BenchPipeline(broker, folder, connectionString, table, time, logs);
    }

    /// <summary>Runs parts until something is reached, and stops them. A part that fails ends it with its failure.
    /// </summary>
    public static async Task RunUntilAsync(
        IReadOnlyList<Func<CancellationToken, Task>> parts,
        Func<CancellationToken, Task<bool>> reached,
        CancellationToken ct)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(ct);
        var running = parts.Select(part => part(stop.Token)).ToArray();
        try
        {
            while (!await reached(ct))
            {
                var ended = await Task.WhenAny([Task.Delay(Pause, ct), .. running]);
                if (running.Contains(ended))
                    await ended;
            }
        }
        finally
        {
            await stop.CancelAsync();
            // Why one failed was thrown above.
            await Task.WhenAll(running).ContinueWith(static _ => { }, TaskScheduler.Default);
        }
    }

    /// <summary>Whether the log has so many records of the table. Asks the source until it has sent them, and only then
    /// the log: asking that costs it time.</summary>
    public async Task<bool> HasLoggedAsync(long records, CancellationToken ct)
    {
        var sent = Source.Status.Tables.Sum(static table => table.RowsCopied + table.ChangesStreamed);
        if (sent < records)
            return false;
        var logged = await _log.OffsetsAsync(new TopicPartition(TopicNames.Data(Name, _table), 0), ct);
        return logged.End >= records;
    }

    /// <summary>Records of the table that the newest manifest has.</summary>
    public async Task<long> LakeRecordsAsync(CancellationToken ct)
    {
        var progress = await LakeProgress.ReadAsync(_lake, ct);
        return progress.Offset(new TopicPartition(TopicNames.Data(Name, _table), 0));
    }

    public async ValueTask DisposeAsync()
    {
        _duck.Dispose();
        await _log.DisposeAsync();
        await _broker.DisposeAsync();
    }
}
