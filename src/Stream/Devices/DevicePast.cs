using System.Collections.Immutable;
using System.Globalization;
using Tapline.Contracts.Columns;
using Tapline.Contracts.Schema;
using Tapline.Lakehouse.Delta;
using Tapline.Lakehouse.DuckDb;
using Tapline.Streaming.Lanes;

namespace Tapline.Streaming.Devices;

/// <summary>What the lake's history has of the devices' messages: which numbers of which boots.</summary>
sealed class DevicePast(LaneServices services)
{
    static readonly ImmutableArray<ColumnSchema> Read =
    [
        new("device_id", ColumnType.String),
        new("boot_id", ColumnType.String),
        new("seq", ColumnType.Int64),
        new("received_at", ColumnType.Timestamp),
        new("_key", ColumnType.String),
    ];

    static readonly ImmutableArray<ColumnSchema> Ranges =
    [
        new("device", ColumnType.String),
        new("identity", ColumnType.String),
        new("first", ColumnType.Int64),
        new("last", ColumnType.Int64),
        new("is_kept", ColumnType.Boolean),
    ];

    // Stretches without a gap: in them number and place go up alike.
    const string Islands = """
        SELECT device, identity, min(number) AS first, max(number) AS last, TRUE AS is_kept
        FROM (
            SELECT *, number - row_number() OVER (PARTITION BY device, identity ORDER BY number) AS island FROM chosen)
        GROUP BY device, identity, island
        """;

    /// <summary>Has memory take over the last boots of all devices, and take note of the others.</summary>
    public async Task LoadAsync(IReadOnlyDictionary<string, long> versions, SeenDevices seen, CancellationToken ct)
    {
        if (await EventsAsync(versions, ct) is not { } events)
            return;
        // Of most boots nothing is missing: first, last and count say all.
        var sql = string.Create(CultureInfo.InvariantCulture, $"""
            WITH events AS ({events}),
            names AS MATERIALIZED (
                SELECT device, identity, min(number) AS first, max(number) AS last, count(*) AS count,
                    max(received_at) AS newest
                FROM events WHERE identity IS NOT NULL GROUP BY device, identity),
            ranked AS MATERIALIZED (
                SELECT *, row_number() OVER (PARTITION BY device, identity[1] ORDER BY newest DESC, identity)
                    <= {SeenDevices.BootsKept} AS is_kept
                FROM names),
            gapped AS (
                SELECT device, identity FROM ranked WHERE is_kept AND last - first >= count),
            chosen AS (SELECT device, identity, number FROM events SEMI JOIN gapped USING (device, identity))
            SELECT device, identity, first, last, is_kept FROM ranked WHERE NOT (is_kept AND last - first >= count)
            UNION ALL {Islands}
            """);
        Take(sql, seen, ct);
    }

    /// <summary>Has memory take over all that the history has under some names.</summary>
    public async Task LoadAsync(
        IReadOnlyDictionary<string, long> versions, WantedPast wanted, SeenDevices seen, CancellationToken ct)
    {
        foreach (var (device, identity) in wanted.Names)
            seen.BeginTakeOver(device, identity);
        if (await EventsAsync(versions, ct) is not { } events)
            return;
        var keys = string.Join(", ", wanted.Keys.Select(SqlText.Literal));
        Take(
            $"""
            WITH chosen AS (
                SELECT device, identity, number FROM ({events}) WHERE hex(device) || ':' || hex(identity) IN ({keys}))
            {Islands}
            """,
            seen,
            ct);
    }

    void Take(string sql, SeenDevices seen, CancellationToken ct)
    {
        using var connection = services.Duck.Connect();
        using var result = connection.Query(sql, ct: ct);
        var rows = new ColumnBatch(Ranges);
        foreach (var chunk in result.Chunks())
        {
            rows.Clear();
            chunk.AppendTo(rows);
            for (var row = 0; row < rows.Count; row++)
            {
                var device = rows.Columns[0].Value(row);
                var identity = rows.Columns[1].Value(row);
                if (rows.Columns[4].Booleans[row] == 1)
                    seen.TakeOver(device, identity, rows.Columns[2].Int64s[row], rows.Columns[3].Int64s[row]);
                else
                    seen.TakeNote(device, identity);
            }
        }
    }

    // The messages of all streams in SQL; null when there is none. Numbers count within a boot over all of them.
    async Task<string?> EventsAsync(IReadOnlyDictionary<string, long> versions, CancellationToken ct)
    {
        var streams = new List<string>();
        foreach (var (root, version) in versions)
        {
            if (DeviceStreams.NameOf(root) is not { } name
                || await DeltaTable.ReadAsync(services.Lake, root, version, ct) is not { } snapshot
                || snapshot.Files.Count == 0)
                continue;
            var paths = new List<string>();
            foreach (var file in snapshot.Files.Values)
                paths.Add(await services.Lake.LocalPathAsync($"{root}/{file.Location}", ct));
            streams.Add(
                $"SELECT device_id AS device, {DeviceIdentity.Sql(name)}, received_at "
                + $"FROM ({LakeFileSql.Select(paths, Read, Read)})");
        }
        return streams.Count == 0 ? null : string.Join(" UNION ALL ", streams);
    }
}
