using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Tapline.Contracts.Log;
using Tapline.Contracts.Schema;
using Tapline.Contracts.Sources;
using Tapline.Lakehouse.Delta;
using Tapline.Lakehouse.DuckDb;
using Tapline.Lakehouse.Storage;
using Tapline.Models;
using Tapline.Streaming.Epochs;
using Tapline.TestKit;

namespace Tapline.Streaming.Tests.Lanes;

/// <summary>A log in memory, a lake in a folder and a worker between them; knows what the lake should hold.</summary>
sealed class LaneWorld : IAsyncDisposable
{
    public const string Prefix = "shop";

    static readonly TableId Items = new("app", "items");

    readonly string _folder = Path.Combine(Path.GetTempPath(), "tapline-lane-" + Guid.NewGuid().ToString("N"));
    readonly Dictionary<int, string?> _rows = [];
    readonly List<EventRecord> _sent = [];
    readonly List<(TopicPartition Partition, long Offset)> _places = [];
    readonly int _partitions;
    long _lsn = 1000;
    long _timestampUs = 5000;

    public LaneWorld(int partitions = 1)
    {
        _partitions = partitions;
        Lake = new LocalObjectStore(
            Path.Combine(_folder, "lake"), new LocalStoreOptions { Durability = Durability.ProcessCrash });
        Store = Lake;
    }

    public MemoryEventLog Log { get; } = new(TimeProvider.System);

    public IObjectStore Lake { get; }

    /// <summary>Whether tables take deletion vectors.</summary>
    public bool MergesOnRead { get; init; } = true;

    /// <summary>What current tables get when they are made.</summary>
    public CurrentTableOptions CurrentTables { get; init; } = CurrentTableOptions.Plain;

    /// <summary>How long files stay after they have left a table.</summary>
    public TimeSpan FileRetention { get; init; } = TimeSpan.FromHours(1);

    /// <summary>How often files that nobody needs are removed.</summary>
    public TimeSpan MaintenanceInterval { get; init; } = TimeSpan.FromHours(1);

    /// <summary>How many manifests are kept, at least.</summary>
    public int ManifestsKept { get; init; } = 1000;

    /// <summary>What tables do when their columns change.</summary>
    public EvolutionPolicy Policy { get; set; }

    /// <summary>What is declared of the source's tables.</summary>
    public SourceDeclarations Sources { get; set; } = SourceDeclarations.None;

    /// <summary>The models that are kept current.</summary>
    public ModelPackage? Models { get; set; }

    /// <summary>How long changes are gathered.</summary>
    public TimeSpan EpochInterval { get; set; } = TimeSpan.FromMilliseconds(1);

    /// <summary>The worker's clock.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>What the worker writes to: the lake, or something faulty in front of it.</summary>
    public IObjectStore Store { get; set; }

    public DuckDbDatabase Duck { get; } = DuckDbDatabase.Open();

    public TableSchema Schema { get; private set; } = new(
        Items,
        1,
        [PostgresTypes.Column("id", "integer", nullable: false, keyOrdinal: 0), PostgresTypes.Column("body", "text")],
        WireFormat.Tapline);

    public string Topic { get; } = TopicNames.Data(Prefix, Items);

    /// <summary>The rows that the source has.</summary>
    public IReadOnlyDictionary<int, string?> Rows => _rows;

    /// <summary>How many changes the source has made.</summary>
    public int Changes { get; private set; }

    public async Task AnnounceAsync(CancellationToken ct)
    {
        await Log.EnsureTopicsAsync(
            [new TopicSpec(TopicNames.Schemas(Prefix), 1), new TopicSpec(Topic, _partitions)], ct);
        await SendSchemaAsync(ct);
    }

    public async Task AddColumnAsync(string name, string type, CancellationToken ct, string? missing = null)
    {
        var columns = Schema.Columns.Add(PostgresTypes.Column(name, type) with { Missing = missing });
        Schema = Schema with { Version = Schema.Version + 1, Columns = columns };
        await SendSchemaAsync(ct);
    }

    /// <summary>Gives the table other columns beside its key.</summary>
    public async Task AlterAsync(CancellationToken ct, params (string Name, string Type)[] columns)
    {
        Schema = Schema with
        {
            Version = Schema.Version + 1,
            Columns =
            [
                Schema.Columns[0],
                .. columns.Select(static column => PostgresTypes.Column(column.Name, column.Type)),
            ],
        };
        await SendSchemaAsync(ct);
    }

    /// <summary>Goes on under columns that were announced before.</summary>
    public void WriteUnder(TableSchema schema) => Schema = schema;

    /// <summary>Makes the key a bigint.</summary>
    public async Task WidenKeyAsync(CancellationToken ct)
    {
        var key = PostgresTypes.Column("id", "bigint", nullable: false, keyOrdinal: 0);
        Schema = Schema with { Version = Schema.Version + 1, Columns = Schema.Columns.SetItem(0, key) };
        await SendSchemaAsync(ct);
    }

    /// <summary>A change of a row, as it stands after it.</summary>
    public Task SendRowAsync(int id, char op, string after, CancellationToken ct) => ChangeAsync(id, op, after, ct);

    /// <summary>How the files of a table at the manifest's cut store a column.</summary>
    public async Task<List<string?[]>> StoredTypesAsync(string root, string column, CancellationToken ct)
    {
        var snapshot = await DeltaTable.ReadAsync(Lake, root, (await ManifestAsync(ct)).Tables[root], ct);
        var paths = new List<string>();
        foreach (var file in snapshot!.Files.Values)
            paths.Add(SqlText.Literal(await Lake.LocalPathAsync($"{root}/{file.Location}", ct)));
        using var connection = Duck.Connect();
        return TableQuery.Read(
            connection,
            "SELECT DISTINCT concat(type, coalesce(' ' || precision || ' ' || scale, '')) FROM "
            + $"parquet_schema([{string.Join(", ", paths)}]) WHERE name = '{column}'", ct);
    }

    public async Task PutAsync(int id, string? body, CancellationToken ct, bool unchangedBody = false)
    {
        var op = _rows.ContainsKey(id) ? 'u' : 'c';
        if (!unchangedBody)
            _rows[id] = body;
        var text = unchangedBody ? Quote(Schema.Format.UnavailablePlaceholder) : body is null ? "null" : Quote(body);
        await ChangeAsync(id, op, $$"""{"id":{{id}},"body":{{text}}{{ExtraColumns()}}}""", ct);
    }

    /// <summary>Copies every row, as a snapshot does.</summary>
    public async Task CopyAsync(CancellationToken ct)
    {
        foreach (var (id, body) in _rows.ToArray())
        {
            var text = body is null ? "null" : Quote(body);
            await ChangeAsync(id, 'r', $$"""{"id":{{id}},"body":{{text}}{{ExtraColumns()}}}""", ct);
        }
    }

    /// <summary>Goes back to a position: what is sent next is older than what was sent last.</summary>
    public void GoBackTo(long lsn) => _lsn = lsn;

    /// <summary>Lets the source have a row of which the log knows nothing.</summary>
    public void Assume(int id) => _rows[id] = "";

    /// <summary>Copies a row as our own source does: it says where the copy stands among the commits.</summary>
    public async Task CopyRowAsync(int id, string body, long copiedAt, CancellationToken ct)
    {
        _rows[id] = body;
        var row = $$"""{"id":{{id}},"body":{{Quote(body)}}{{ExtraColumns()}}}""";
        await SendAsync(
            new EventRecord(Topic, Key(id), Envelope('r', row, copiedAt, isCopy: true))
            {
                Headers = [SchemaHeader()],
            },
            ct);
    }

    /// <summary>Lets the lake have a row that the source does not have so.</summary>
    public Task ForgeAsync(int id, string body, CancellationToken ct, long lsn = 1) =>
        SendReadAsync(id, body, lsn, ct);

    /// <summary>Begins to read every row again; returns where that was.</summary>
    public long BeginReread() => _lsn += 10;

    /// <summary>Reads one row again.</summary>
    public Task RereadAsync(int id, CancellationToken ct) => SendReadAsync(id, _rows[id], _lsn += 10, ct);

    /// <summary>Says in one partition that every row was read again.</summary>
    public Task EndRereadAsync(long begin, CancellationToken ct, int partition = 0) => SendAsync(
        new EventRecord(Topic, null, null)
        {
            Headers =
            [
                SchemaHeader(),
                new EventHeader(TopicNames.RereadEndHeader, Encoding.UTF8.GetBytes($"{begin} {_partitions}")),
            ],
            Partition = partition,
        },
        ct);

    public async Task DeleteAsync(int id, CancellationToken ct)
    {
        _rows.Remove(id);
        await ChangeAsync(id, 'd', "null", ct);
        await SendAsync(new EventRecord(Topic, Key(id), null) { Partition = id % _partitions }, ct);
    }

    /// <summary>Removes all rows; the record goes to one partition, as Debezium's does.</summary>
    public async Task TruncateAsync(int partition, CancellationToken ct)
    {
        _rows.Clear();
        _lsn += 10;
        Changes++;
        await SendAsync(new EventRecord(Topic, null, Envelope('t', "null", _lsn)) { Partition = partition }, ct);
    }

    /// <summary>Goes on at a position behind all others, an hour later: the database was restored.</summary>
    public void RestoreSource()
    {
        _lsn = 100;
        _timestampUs += 3_600_000_000;
    }

    /// <summary>Gives a row another key. With <paramref name="late"/> the old key's delete reaches the log after what
    /// that does.</summary>
    public async Task MoveAsync(int from, int to, CancellationToken ct, Func<Task>? late = null)
    {
        _rows[to] = _rows[from];
        _rows.Remove(from);
        var delete = Change(from, 'd', "null", new EventHeader("__debezium.newkey", Key(to)));
        if (late is null)
            await SendAsync(delete, ct);
        _lsn -= 10;
        var placeholder = Quote(Schema.Format.UnavailablePlaceholder);
        var after = $$"""{"id":{{to}},"body":{{placeholder}}{{ExtraColumns()}}}""";
        await ChangeAsync(to, 'c', after, ct, new EventHeader("__debezium.oldkey", Key(from)));
        if (late is null)
            return;
        await late();
        await SendAsync(delete, ct);
    }

    /// <summary>Sends the first half of a change of key; the answer sends the second.</summary>
    public async Task<Func<Task>> LeaveAsync(int from, int to, CancellationToken ct)
    {
        _rows[to] = _rows[from];
        _rows.Remove(from);
        await ChangeAsync(from, 'd', "null", ct, new EventHeader("__debezium.newkey", Key(to)));
        _lsn -= 10;
        var after = $$"""{"id":{{to}},"body":{{Quote(Schema.Format.UnavailablePlaceholder)}}{{ExtraColumns()}}}""";
        var create = Change(to, 'c', after, new EventHeader("__debezium.oldkey", Key(from)));
        return () => SendAsync(create, ct);
    }

    /// <summary>Sends the last records once more, as a source does after a crash.</summary>
    public async Task RepeatAsync(int count, CancellationToken ct)
    {
        foreach (var record in _sent.TakeLast(count).ToArray())
            await Producer().AppendAsync(record, ct);
    }

    /// <summary>Sends the first records once more.</summary>
    public async Task RepeatFirstAsync(int count, CancellationToken ct)
    {
        foreach (var record in _sent.Take(count).ToArray())
            await Producer().AppendAsync(record, ct);
    }

    /// <summary>How many records the table's topic has got, tombstones too.</summary>
    public int Sent => _sent.Count;

    /// <summary>Sends records of the table's topic back, by the order in which they were sent first.</summary>
    public async Task ReplayAsync(int attempt, IEnumerable<int> numbers, CancellationToken ct)
    {
        await Log.EnsureTopicsAsync([new TopicSpec(TopicNames.Replays(Prefix), _partitions)], ct);
        foreach (var number in numbers)
            await ReplayAsync(attempt, number, _places[number].Offset, ct);
    }

    /// <summary>Sends a record back that the source has sent once more, at another offset.</summary>
    public async Task ReplayAsync(int attempt, int number, long offset, CancellationToken ct)
    {
        var topic = TopicNames.Replays(Prefix);
        await Log.EnsureTopicsAsync([new TopicSpec(topic, _partitions)], ct);
        var mark = new ReplayMark(_places[number].Partition, offset, TimestampMs: 1 + offset, attempt);
        var header = new EventHeader(ReplayMark.Header, Encoding.UTF8.GetBytes(mark.ToString()));
        await Producer().AppendAsync(
            _sent[number] with
            {
                Topic = topic,
                Partition = mark.Partition.Partition,
                Headers = [.. _sent[number].Headers ?? [], header],
            },
            ct);
    }

    /// <summary>What became of replayed records: offset, attempt, outcome, reason.</summary>
    public async Task<List<string?[]>> ReplayedAsync(CancellationToken ct) =>
        (await ManifestAsync(ct)).Tables.ContainsKey("quarantine_replayed")
            ? await QueryAsync(
                "quarantine_replayed", "\"offset\", attempt, outcome, reason", ct, "ORDER BY \"offset\", attempt")
            : [];

    /// <summary>Takes only these bodies from now on; none for any.</summary>
    public void Accept(params string[] bodies) => Sources = bodies.Length == 0
        ? SourceDeclarations.None
        : new SourceDeclarations(
            new DeclaredFormat(),
            [new DeclaredTable(Items.ToString()) { Columns = [new("body", null) { Accepted = [.. bodies] }] }]);

    /// <summary>Lets the table have no key. Before it is announced.</summary>
    public void ForgetKey() =>
        Schema = Schema with { Columns = [PostgresTypes.Column("id", "integer"), Schema.Columns[1]] };

    /// <summary>Empties the lake.</summary>
    public async Task ForgetLakeAsync(CancellationToken ct)
    {
        var keys = new List<string>();
        await foreach (var item in Lake.ListAsync("", startAfter: null, ct))
            keys.Add(item.Key);
        foreach (var key in keys)
            await Lake.DeleteAsync(key, ct);
    }

    public Task SendRawAsync(string topic, string? key, string? value, CancellationToken ct) =>
        Producer().AppendAsync(
            new EventRecord(topic, Utf8(key), Utf8(value)), ct).AsTask();

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

    /// <summary>A worker on the world's log, or on something faulty in front of it.</summary>
    public StreamWorker Worker(IEventLog? log = null) => new(
        new StreamOptions
        {
            Pipeline = "test",
            Prefix = Prefix,
            EpochInterval = EpochInterval,
            EpochIntervalMax = EpochInterval,
            DiscoveryInterval = TimeSpan.FromMilliseconds(20),
            SmallFilesMax = 3,
            MergesOnRead = MergesOnRead,
            CurrentTables = new([new("app.*", CurrentTables)]),
            FileRetention = FileRetention,
            ManifestsKept = ManifestsKept,
            MaintenanceInterval = MaintenanceInterval,
            FetchBytesMax = 2_000,
            MessageBytesMax = 100_000,
            Evolution = new EvolutionPolicies(Policy, []),
            Sources = Sources,
            Models = Models,
        },
        log ?? Log, Store, Duck, Time, Guid.NewGuid, NullLoggerFactory.Instance);

    public async Task<bool> IsCaughtUpAsync(CancellationToken ct)
    {
        var (manifest, open) = await new EpochStore(Lake, 0).ReadAsync(ct);
        if (manifest is null || open is not null)
            return false;
        foreach (var topic in await Log.ListTopicsAsync(ct))
        {
            if (!topic.Name.StartsWith(Prefix + ".app.", StringComparison.Ordinal)
                && topic.Name != TopicNames.Replays(Prefix))
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

    /// <summary>The rows of <c>current/app.items</c>.</summary>
    public async Task<Dictionary<int, string?>> CurrentAsync(CancellationToken ct)
    {
        var rows = new Dictionary<int, string?>();
        foreach (var row in await QueryAsync("current/app.items", "id, body", ct))
            Assert.True(rows.TryAdd(int.Parse(row[0]!), row[1]), $"key {row[0]} is in current twice");
        return rows;
    }

    /// <summary>Reason and detail of what is in quarantine.</summary>
    public async Task<List<string?[]>> QuarantineAsync(CancellationToken ct) =>
        (await ManifestAsync(ct)).Tables.ContainsKey("quarantine")
            ? await QueryAsync("quarantine", "reason, detail", ct)
            : [];

    /// <summary>The newest manifest.</summary>
    public async Task<EpochManifest> ManifestAsync(CancellationToken ct)
    {
        var (manifest, _) = await new EpochStore(Lake, 0).ReadAsync(ct);
        Assert.NotNull(manifest);
        return manifest;
    }

    /// <summary>The manifest of an epoch; null when there is none.</summary>
    public Task<EpochManifest?> FindManifestAsync(long epoch, CancellationToken ct) =>
        new EpochStore(Lake, 0).ReadManifestAsync(epoch, ct);

    /// <summary>Runs a SELECT of some columns over the files that a table has at the manifest's cut, values as
    /// text.</summary>
    public async Task<List<string?[]>> QueryAsync(
        string root, string columns, CancellationToken ct, string tail = "") =>
        await TableQuery.RunAsync(Lake, root, (await ManifestAsync(ct)).Tables[root], columns, ct, tail);

    public async ValueTask DisposeAsync()
    {
        Duck.Dispose();
        await Log.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    static byte[] Key(int id) => Encoding.UTF8.GetBytes($$"""{"id":{{id}}}""");

    static string Quote(string text) => System.Text.Json.JsonSerializer.Serialize(text);

    string ExtraColumns() => string.Concat(Schema.Columns.Skip(2).Select(column => $",{Quote(column.Name)}:null"));

    IEventProducer Producer() => Log.OpenProducer("world");

    Task ChangeAsync(int id, char op, string after, CancellationToken ct, EventHeader? header = null) =>
        SendAsync(Change(id, op, after, header), ct);

    EventRecord Change(int id, char op, string after, EventHeader? header = null)
    {
        _lsn += 10;
        Changes++;
        var headers = new List<EventHeader> { SchemaHeader() };
        if (header is { } extra)
            headers.Add(extra);
        return new EventRecord(Topic, Key(id), Envelope(op, after, _lsn))
        {
            Headers = headers,
            Partition = id % _partitions,
        };
    }

    Task SendReadAsync(int id, string? body, long lsn, CancellationToken ct)
    {
        var text = body is null ? "null" : Quote(body);
        var envelope = $$"""
            {"before":null,"after":{"id":{{id}},"body":{{text}}{{ExtraColumns()}}},
             "source":{"ts_ms":5,"snapshot":"incremental","db":"shop","sequence":"[null,\"{{lsn}}\"]",
                       "ts_us":5000,"schema":"app","table":"items","txId":null,"lsn":null},
             "transaction":null,"op":"r","ts_ms":6}
            """;
        return SendAsync(
            new EventRecord(Topic, Key(id), Encoding.UTF8.GetBytes(envelope))
            {
                Headers = [SchemaHeader()],
                Partition = id % _partitions,
            },
            ct);
    }

    EventHeader SchemaHeader() => new(TopicNames.SchemaHeader, Encoding.UTF8.GetBytes($"{Schema.Version}"));

    byte[] Envelope(char op, string after, long lsn, bool isCopy = false) => Encoding.UTF8.GetBytes($$"""
        {"before":null,"after":{{after}},
         "source":{"ts_ms":5,"snapshot":"{{(isCopy ? "true" : "false")}}","db":"shop",
                   "sequence":"[\"{{lsn / 100 * 100}}\",\"{{lsn}}\"]",
                   "ts_us":{{_timestampUs}},"schema":"app","table":"items","txId":{{lsn / 100 * 100}},"lsn":{{lsn}}},
         "transaction":null,"op":"{{op}}","ts_ms":6}
        """);

    // A bare null would become memory that is empty, but there.
    static ReadOnlyMemory<byte>? Utf8(string? text) =>
        text is null ? (ReadOnlyMemory<byte>?)null : Encoding.UTF8.GetBytes(text).AsMemory();

    Task SendSchemaAsync(CancellationToken ct)
    {
        var topic = TopicNames.Schemas(Prefix);
        return SendAsync(new EventRecord(topic, SchemaRecord.Key(Schema), SchemaRecord.Value(Schema)), ct);
    }

    async Task SendAsync(EventRecord record, CancellationToken ct)
    {
        if (record.Topic == Topic)
        {
            var number = record.Partition
                ?? (record.Key is { } key ? Murmur2.Partition(key.Span, _partitions) : 0);
            var partition = new TopicPartition(Topic, number);
            _sent.Add(record);
            _places.Add((partition, (await Log.OffsetsAsync(partition, ct)).End));
        }
        await Producer().AppendAsync(record, ct);
    }
}
