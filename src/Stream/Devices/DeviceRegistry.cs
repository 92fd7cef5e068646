using System.Text;
using Tapline.Contracts;
using Tapline.Contracts.Columns;
using Tapline.Contracts.Log;
using Tapline.Contracts.Schema;
using Tapline.Lakehouse.Delta;
using Tapline.Streaming.Epochs;
using Tapline.Streaming.Lanes;
using Tapline.Streaming.Quarantine;
using Tapline.Streaming.Tables;

namespace Tapline.Streaming.Devices;

/// <summary>Which devices there are, by the lake's own table of them, whichever lane writes it. What was said of a
/// device holds until the end of the epoch. Owned by the lane's task.</summary>
sealed class DeviceRegistry(StreamOptions options, LaneServices services)
{
    // So long the messages of a start wait for a table that is behind its topic.
    static readonly TimeSpan ReadyWaitMax = TimeSpan.FromSeconds(60);

    readonly TableId? _declared = options.Sources.Devices.Table;
    readonly SortedSet<string> _unknown = new(StringComparer.Ordinal);
    readonly HashSet<byte[]> _unknownIds = new(BytesComparer.Instance);
    HashSet<byte[]> _known = new(BytesComparer.Instance);
    HashSet<byte[]> _newest = new(BytesComparer.Instance);
    Dictionary<TopicPartition, long>? _ends;
    DeltaTable? _table;
    long _version = -1;
    long? _lookedAt;
    long _beganAt;
    long _askedAt;
    bool _isRepeating;

    /// <summary>Whether there is a table to ask.</summary>
    public bool IsDeclared => _declared is not null;

    /// <summary>Whether the table has caught up with its topic, as far as that was written when the lane
    /// began.</summary>
    public bool IsReady { get; private set; } = options.Sources.Devices.Table is null;

    /// <summary>Whether a device was asked for that the table should be read again for.</summary>
    public bool IsWanted { get; private set; }

    /// <summary>The devices that the open epoch has found unknown.</summary>
    public IReadOnlyCollection<string> Unknown => _unknown;

    bool IsDue => _lookedAt is not { } looked || services.Time.GetElapsedTime(looked) >= options.DiscoveryInterval;

    /// <summary>Whether a device is known; null when the table has to be read first.</summary>
    public bool? Knows(ReadOnlySpan<byte> device)
    {
        if (_isRepeating || _unknownIds.GetAlternateLookup<ReadOnlySpan<byte>>().Contains(device))
            return !_unknownIds.GetAlternateLookup<ReadOnlySpan<byte>>().Contains(device);
        if (_known.GetAlternateLookup<ReadOnlySpan<byte>>().Contains(device)
            || _newest.GetAlternateLookup<ReadOnlySpan<byte>>().Contains(device))
            return true;
        if (IsDue)
        {
            IsWanted = true;
            return null;
        }
        Note(device.ToArray());
        return false;
    }

    /// <summary>Whether a device was in the table when that was read last.</summary>
    public bool Has(byte[] device) => _newest.Contains(device);

    /// <summary>An epoch is repeated: the devices that its first writer found unknown are so again, and no
    /// others.</summary>
    public void Repeat(IEnumerable<string> unknown)
    {
        _isRepeating = true;
        foreach (var device in unknown)
            Note(Encoding.UTF8.GetBytes(device));
    }

    /// <summary>Reads the table, if it has changed and was not just looked at. Whether it was read.</summary>
    public async Task<bool> ReadAsync(CancellationToken ct)
    {
        IsWanted = false;
        if (_declared is not { } declared || !IsDue)
            return false;
        var root = $"current/{declared}";
        if (_table is null)
            _table = await DeltaTable.OpenAsync(services.Lake, root, services.Delta, ct);
        else
            await _table.RefreshAsync(ct);
        _lookedAt = services.Time.GetTimestamp();
        if (_table is null || _table.Snapshot.Version == _version)
            return false;
        _newest = await IdsAsync(_table, root, ct);
        _version = _table.Snapshot.Version;
        return true;
    }

    /// <summary>Takes note that an epoch is closed: who is in the table no more is unknown from now on.</summary>
    public void Settle()
    {
        _known = _newest;
        _unknown.Clear();
        _unknownIds.Clear();
        _isRepeating = false;
    }

    /// <summary>Looks whether the table has caught up.</summary>
    public async Task LookWhetherReadyAsync(CancellationToken ct)
    {
        var now = services.Time.GetTimestamp();
        if (_ends is null)
        {
            _beganAt = now;
            _ends = await EndsAsync(TopicNames.Data(options.Prefix, _declared!.Value), ct);
        }
        else if (services.Time.GetElapsedTime(_askedAt, now) < options.DiscoveryInterval)
            return;
        _askedAt = now;
        foreach (var lane in _ends.Count == 0 ? [] : await EpochStore.LanesAsync(services.Lake, ct))
        {
            var (manifest, _) = await new EpochStore(services.Lake, lane).ReadAsync(ct);
            foreach (var (partition, end) in _ends)
            {
                var offsets = manifest?.Offsets.GetValueOrDefault(partition.Topic);
                if (offsets?.GetValueOrDefault(partition.Partition) >= end)
                    _ends.Remove(partition);
            }
        }
        IsReady = _ends.Count == 0 || services.Time.GetElapsedTime(_beganAt) > ReadyWaitMax;
    }

    async Task<Dictionary<TopicPartition, long>> EndsAsync(string topic, CancellationToken ct)
    {
        var ends = new Dictionary<TopicPartition, long>();
        foreach (var known in await services.Log.ListTopicsAsync(ct))
        {
            for (var number = 0; known.Name == topic && number < known.Partitions; number++)
            {
                var held = await services.Log.OffsetsAsync(new TopicPartition(topic, number), ct);
                if (held.End > held.Start)
                    ends.Add(new TopicPartition(topic, number), held.End);
            }
        }
        return ends;
    }

    async Task<HashSet<byte[]>> IdsAsync(DeltaTable table, string root, CancellationToken ct)
    {
        var name = options.Sources.Devices.Key;
        var column = table.Snapshot.Schema.FirstOrDefault(column => column.Name == name)
            ?? throw new TaplineException(
                $"{root} has no column {name}, by which sources.yaml says that devices are known",
                "name another column as devices.key");
        var ids = new HashSet<byte[]>(BytesComparer.Instance);
        var rows = new ColumnBatch([new ColumnSchema("id", ColumnType.String)]);
        using var connection = services.Duck.Connect();
        foreach (var file in table.Snapshot.Files.Values)
        {
            var path = await services.Lake.LocalPathAsync($"{root}/{file.Location}", ct);
            var deleted = await table.ReadDeletedRowsAsync(file, ct);
            rows.Clear();
            using var result = connection.Query(
                $"SELECT CAST(columns(*) AS VARCHAR) FROM ({LakeFileSql.Select(path, [column])})", ct: ct);
            result.CopyTo(rows);
            for (var row = 0; row < rows.Count; row++)
            {
                if (deleted?.Contains(row) != true && !rows.Columns[0].IsNull(row))
                    ids.Add(rows.Columns[0].Value(row).ToArray());
            }
        }
        return ids;
    }

    void Note(byte[] device)
    {
        _unknownIds.Add(device);
        _unknown.Add(Encoding.UTF8.GetString(device));
    }
}
