using System.Text;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using Tapline.Contracts.Log;
using Tapline.Contracts.Schema;
using Tapline.Ingest.Postgres;
using Tapline.TestKit;

namespace Tapline.Ingest.Tests.Postgres;

/// <summary>A database, a log in memory, and a source between them that a test can start and stop.</summary>
sealed class Capture : IAsyncDisposable
{
    public const string Prefix = "p";
    static readonly TimeSpan _waitMax = TimeSpan.FromSeconds(60);

    CancellationTokenSource? _running;
    Task? _run;

    public Capture(string connectionString, IEventLog? log = null)
    {
        var database = new NpgsqlConnectionStringBuilder(connectionString).Database!;
        Log = log ?? new MemoryEventLog(TimeProvider.System);
        Options = new PostgresSourceOptions
        {
            ConnectionString = connectionString,
            Prefix = Prefix,
            // Slots belong to the whole server.
            SlotName = $"slot_{database}",
            HeartbeatInterval = TimeSpan.FromSeconds(1),
        };
    }

    public IEventLog Log { get; }

    public PostgresSourceOptions Options { get; set; }

    /// <summary>Whether the slot and the log end with this.</summary>
    public bool OwnsSlot { get; init; } = true;

    public PostgresSource? Source { get; private set; }

    static CancellationToken Ct => TestContext.Current.CancellationToken;

    public static async Task<Capture> CreateAsync(PostgresServers servers, string server, string sql)
    {
        var capture = new Capture(await servers.CreateDatabaseAsync(server, Ct));
        await capture.ExecuteAsync(sql);
        return capture;
    }

    public async Task ExecuteAsync(string sql)
    {
        await using var connection = await OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 0 };
        await command.ExecuteNonQueryAsync(Ct);
    }

    public async Task<string> ScalarAsync(string sql)
    {
        await using var connection = await OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        return Convert.ToString(await command.ExecuteScalarAsync(Ct))!;
    }

    /// <summary>Every row of a table as JSON, in the order of its text.</summary>
    public async Task<List<JsonNode>> RowsAsync(string table)
    {
        await using var connection = await OpenAsync();
        await using var command = new NpgsqlCommand($"SELECT row_to_json(t)::text FROM {table} t", connection);
        var rows = new List<JsonNode>();
        await using var reader = await command.ExecuteReaderAsync(Ct);
        while (await reader.ReadAsync(Ct))
            rows.Add(JsonNode.Parse(reader.GetString(0))!);
        return rows;
    }

    public void Start()
    {
        Assert.Null(_run);
        _running = CancellationTokenSource.CreateLinkedTokenSource(Ct);
        Source = new PostgresSource(Options, Log, TimeProvider.System, NullLoggerFactory.Instance);
        _run = Source.RunAsync(_running.Token);
    }

    /// <summary>Runs the source until it fails by itself.</summary>
    public async Task<TException> FailAsync<TException>()
        where TException : Exception
    {
        Start();
        var run = _run!;
        _run = null;
        return await Assert.ThrowsAsync<TException>(() => run.WaitAsync(_waitMax, Ct));
    }

    public async Task StopAsync()
    {
        if (_run is not { } run)
            return;
        _run = null;
        await _running!.CancelAsync();
        try
        {
            await run;
        }
        catch (OperationCanceledException)
        {
            // As asked.
        }
    }

    /// <summary>Waits for a condition; fails with the source when that fails.</summary>
    public async Task WaitAsync(Func<Task<bool>> condition)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(Ct);
        limit.CancelAfter(_waitMax);
        while (!await condition())
        {
            if (_run is { IsCompleted: true } run)
                await run;
            await Task.Delay(20, limit.Token);
        }
    }

    /// <summary>Waits until everything committed before the call is in the log and acknowledged to the slot.</summary>
    public async Task CatchUpAsync()
    {
        var lsn = await ScalarAsync("SELECT pg_current_wal_insert_lsn()");
        await WaitAsync(async () => await ScalarAsync(
            $"SELECT coalesce(confirmed_flush_lsn >= '{lsn}', false) FROM pg_replication_slots "
            + $"WHERE slot_name = '{Options.SlotName}' UNION ALL SELECT false LIMIT 1") == "True"
            && Source!.Status.Phase == SourcePhase.Streaming);
    }

    /// <summary>Waits until the server has noticed that nobody reads the slot.</summary>
    public Task WaitUntilReleasedAsync() => WaitAsync(async () => await ScalarAsync(
        $"SELECT count(*) FROM pg_replication_slots WHERE slot_name = '{Options.SlotName}' AND active") == "0");

    public async Task<List<LogRecord>> RecordsAsync(string table) =>
        await LogRecord.ReadAsync(Log, TopicNames.Data(Prefix, TableId.Parse(table)), Ct);

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _running?.Dispose();
        if (!OwnsSlot)
            return;
        await ExecuteAsync(
            "SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots "
            + $"WHERE slot_name = '{Options.SlotName}' AND NOT active");
        await Log.DisposeAsync();
    }

    async Task<NpgsqlConnection> OpenAsync()
    {
        var connection = new NpgsqlConnection(Options.ConnectionString);
        await connection.OpenAsync(Ct);
        return connection;
    }
}

/// <summary>A record as a test sees it.</summary>
sealed record LogRecord(int Partition, string? Key, JsonNode? Value, IReadOnlyDictionary<string, string> Headers)
{
    public string Op => (string)Value!["op"]!;

    public JsonNode? After => Value!["after"];

    public JsonNode? Before => Value!["before"];

    /// <summary>The position, a missing half as 0.</summary>
    public (long Commit, long Lsn) Position
    {
        get
        {
            var sequence = JsonNode.Parse((string)Value!["source"]!["sequence"]!)!;
            return (long.Parse((string?)sequence[0] ?? "0"), long.Parse((string?)sequence[1] ?? "0"));
        }
    }

    public static async Task<List<LogRecord>> ReadAsync(IEventLog log, string topic, CancellationToken ct)
    {
        var records = new List<LogRecord>();
        var info = (await log.ListTopicsAsync(ct)).FirstOrDefault(t => t.Name == topic);
        for (var partition = 0; partition < (info?.Partitions ?? 0); partition++)
        {
            var id = new TopicPartition(topic, partition);
            var held = await log.OffsetsAsync(id, ct);
            await using var reader = log.OpenReader("test");
            reader.Assign(id, held.Start);
            for (var next = held.Start; next < held.End;)
            {
                foreach (var chunk in await reader.PollAsync(TimeSpan.FromSeconds(1), 16 << 20, ct))
                {
                    foreach (var slot in chunk.Slots.ToArray())
                        records.Add(Read(chunk, slot, partition));
                    next = chunk.NextOffset;
                }
            }
        }
        return records;
    }

    static LogRecord Read(RecordChunk chunk, RecordSlot slot, int partition)
    {
        var headers = new Dictionary<string, string>();
        foreach (var name in (string[])["tapline.schema", "__debezium.newkey", "__debezium.oldkey"])
        {
            if (chunk.TryGetHeader(slot, Encoding.UTF8.GetBytes(name), out var header))
                headers[name] = Encoding.UTF8.GetString(header);
        }
        return new LogRecord(
            partition,
            slot.KeyLength < 0 ? null : Encoding.UTF8.GetString(chunk.Key(slot)),
            slot.ValueLength < 0 ? null : JsonNode.Parse(chunk.Value(slot)),
            headers);
    }
}
