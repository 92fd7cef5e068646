using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Tapline.Contracts.Columns;
using Tapline.Contracts.Log;
using Tapline.Contracts.Schema;
using Tapline.Lakehouse.Delta;
using Tapline.Lakehouse.Delta.Snapshot;
using Tapline.Lakehouse.DuckDb;
using Tapline.Streaming.Lanes;
using Tapline.Streaming.Quarantine;
using Tapline.Streaming.Tables;

namespace Tapline.Streaming.Devices;

/// <summary>The devices whose messages wait in quarantine until they are known. Sends the messages back when they are,
/// as a person would. Owned by the lane's task.</summary>
sealed class ParkedDevices(StreamOptions options, LaneServices services) : IAsyncDisposable
{
    // Of more devices than these the messages wait for a person.
    const int DevicesMax = 100_000;

    static readonly ImmutableArray<ColumnSchema> Sent =
    [
        new("topic", ColumnType.String),
        new("partition", ColumnType.Int32),
        new("offset", ColumnType.Int64),
        new("ingested_at", ColumnType.Timestamp),
        new("key", ColumnType.Binary),
        new("value", ColumnType.Binary),
        new("attempt", ColumnType.Int32),
    ];

    readonly Dictionary<byte[], long> _since = new(BytesComparer.Instance);

    // Of these there are messages on their way to the lake's quarantine, which cannot be sent back from there yet.
    HashSet<byte[]> _open = new(BytesComparer.Instance);
    HashSet<byte[]> _closed = new(BytesComparer.Instance);
    IEventProducer? _producer;

    /// <summary>Whether there are any.</summary>
    public bool Any => _since.Count > 0;

    TimeSpan WaitMax => options.Sources.Devices.ParkedFor;

    /// <summary>A message of a device went to quarantine.</summary>
    public void Add(ReadOnlySpan<byte> device)
    {
        Note(device);
        if (_since.GetAlternateLookup<ReadOnlySpan<byte>>().ContainsKey(device))
            _open.GetAlternateLookup<ReadOnlySpan<byte>>().Add(device);
    }

    /// <summary>The epoch is closed.</summary>
    public void Close() => (_open, _closed) = (_closed, _open);

    /// <summary>The lake has the closed epoch.</summary>
    public void Settle() => _closed.Clear();

    /// <summary>Takes over whose messages the lake's quarantine has.</summary>
    public async Task LoadAsync(IReadOnlyDictionary<string, long> versions, CancellationToken ct)
    {
        if (await ParkedAsync(versions, "true", ct) is not { } parked)
            return;
        using var connection = services.Duck.Connect();
        using var result = connection.Query($"SELECT DISTINCT key FROM ({parked})", ct: ct);
        var rows = new ColumnBatch([new ColumnSchema("key", ColumnType.Binary)]);
        result.CopyTo(rows);
        for (var row = 0; row < rows.Count; row++)
            Note(rows.Columns[0].Value(row));
    }

    /// <summary>Sends back what waits of devices that are known by now, and gives up those that have waited too
    /// long. How many messages were sent. Devices whose last messages are not in the lake yet come another
    /// time.</summary>
    public async Task<int> SendBackAsync(
        Func<byte[], bool> isKnown, IReadOnlyDictionary<string, long> versions, CancellationToken ct)
    {
        var known = _since.Keys.Where(device =>
            isKnown(device) && !_open.Contains(device) && !_closed.Contains(device)).ToList();
        foreach (var (device, since) in _since)
        {
            if (services.Time.GetElapsedTime(since) > WaitMax)
                _since.Remove(device);
        }
        if (known.Count == 0)
            return 0;
        var names = string.Join(", ", known.Select(static device => SqlText.Literal(Convert.ToHexString(device))));
        var sent = await ParkedAsync(versions, $"hex(key) IN ({names})", ct) is { } parked
            ? await SendAsync(parked, ct)
            : 0;
        known.ForEach(device => _since.Remove(device));
        return sent;
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _producer?.DisposeAsync() ?? ValueTask.CompletedTask;

    void Note(ReadOnlySpan<byte> device)
    {
        var known = _since.GetAlternateLookup<ReadOnlySpan<byte>>();
        if (_since.Count < DevicesMax && !known.ContainsKey(device))
            known[device] = services.Time.GetTimestamp();
    }

    async Task<int> SendAsync(string parked, CancellationToken ct)
    {
        var topic = TopicNames.Replays(options.Prefix);
        var partitions = await ReplayTopic.EnsureAsync(services.Log, options.Prefix, ct);
        _producer ??= services.Log.OpenProducer($"tapline-parked-{options.Pipeline}-{options.Lane}");
        var sent = 0;
        using var connection = services.Duck.Connect();
        using var result = connection.Query(parked, ct: ct);
        var rows = new ColumnBatch(Sent);
        foreach (var chunk in result.Chunks())
        {
            rows.Clear();
            chunk.AppendTo(rows);
            for (var row = 0; row < rows.Count; row++, sent++)
                await _producer.AppendAsync(RecordOf(rows.Columns, row, topic, partitions), ct);
        }
        await _producer.FlushAsync(ct);
        return sent;
    }

    static EventRecord RecordOf(ImmutableArray<ColumnBuffer> columns, int row, string topic, int partitions)
    {
        var partition = columns[1].Int32s[row];
        var mark = new ReplayMark(
            new TopicPartition(Encoding.UTF8.GetString(columns[0].Value(row)), partition),
            columns[2].Int64s[row],
            columns[3].Int64s[row] / 1000,
            columns[6].Int32s[row]);
        return new EventRecord(topic, columns[4].Value(row).ToArray(), columns[5].Value(row).ToArray())
        {
            Partition = partition % partitions,
            Headers = [new EventHeader(ReplayMark.Header, Encoding.UTF8.GetBytes(mark.ToString()))],
        };
    }

    // The messages that wait for their device, the first of each, in SQL; null where there can be none. The quarantine
    // does not say since when a message waits: the files do.
    async Task<string?> ParkedAsync(
        IReadOnlyDictionary<string, long> versions, string condition, CancellationToken ct)
    {
        var since = (services.Time.GetUtcNow() - WaitMax).ToUnixTimeMilliseconds();
        var quarantined = await PathsAsync(versions, LakeTables.QuarantineRoot, since, ct);
        if (quarantined.Count == 0)
            return null;
        var replayed = await PathsAsync(versions, ReplayLedger.Root, since: 0, ct);
        var (all, ledger) = (BookkeepingColumns.Quarantine, BookkeepingColumns.QuarantineReplayed);
        var start = SqlText.Literal(TopicNames.Devices(options.Prefix, ""));
        var tries = replayed.Count == 0
            ? "SELECT ''::VARCHAR AS topic, 0 AS \"partition\", 0::BIGINT AS \"offset\", 0 AS attempt, "
                + "''::VARCHAR AS outcome, ''::VARCHAR AS reason WHERE false"
            : LakeFileSql.Select(replayed, ledger, ledger);
        return string.Create(CultureInfo.InvariantCulture, $"""
            WITH parked AS (
                SELECT topic, "partition", "offset", ingested_at, key, value, row_number() OVER (
                    PARTITION BY key ORDER BY ingested_at, topic, "partition", "offset") AS place
                FROM ({LakeFileSql.Select(quarantined, all, all)})
                WHERE reason = '{QuarantineReason.UnknownDevice}' AND starts_with(topic, {start}) AND key IS NOT NULL
                    AND value IS NOT NULL AND {condition}),
            tries AS (
                SELECT topic, "partition", "offset", max(attempt) AS attempt,
                    bool_or(outcome <> '{ReplayLedger.Rejected}') AS is_home, arg_max(reason, attempt) AS reason
                FROM ({tries}) GROUP BY topic, "partition", "offset")
            SELECT parked.* EXCLUDE (place), (coalesce(attempt, 0) + 1)::INTEGER AS attempt
            FROM parked LEFT JOIN tries USING (topic, "partition", "offset")
            WHERE place <= {options.Sources.Devices.ParkedMax}
                AND coalesce(NOT is_home AND reason = '{QuarantineReason.UnknownDevice}', TRUE)
            ORDER BY topic, "partition", "offset"
            """);
    }

    async Task<List<string>> PathsAsync(
        IReadOnlyDictionary<string, long> versions, string root, long since, CancellationToken ct)
    {
        var paths = new List<string>();
        DeltaSnapshot? snapshot = versions.TryGetValue(root, out var version)
            ? await DeltaTable.ReadAsync(services.Lake, root, version, ct)
            : null;
        foreach (var file in snapshot?.Files.Values ?? [])
        {
            if (file.ModificationTime >= since)
                paths.Add(await services.Lake.LocalPathAsync($"{root}/{file.Location}", ct));
        }
        return paths;
    }
}
