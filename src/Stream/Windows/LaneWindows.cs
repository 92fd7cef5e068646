using System.Globalization;
using Tapline.Contracts.Columns;
using Tapline.Contracts.Schema;
using Tapline.Lakehouse.Delta;
using Tapline.Lakehouse.Delta.Actions;
using Tapline.Lakehouse.DuckDb;
using Tapline.Streaming.Devices;
using Tapline.Streaming.Lanes;
using Tapline.Streaming.Tables;

namespace Tapline.Streaming.Windows;

/// <summary>Gives what a lane's device streams accept, and the rows that come to its tables, to the windows over them,
/// each once, and after a start what the lake has. Owned by the lane's task.</summary>
sealed class LaneWindows(StreamOptions options, LaneServices services, DeviceStreams devices) : IAsyncDisposable
{
    const long DayUs = 86_400_000_000;

    readonly LiveWindows _windows = new(options.Windows, options.Prefix, services.Log, services.Time);
    readonly TableFeeds _tables = new(services);
    readonly Dictionary<string, int> _given = new(StringComparer.Ordinal);

    /// <summary>Whether there are windows.</summary>
    public bool Any => _windows.Any;

    /// <summary>Whether there are windows over streams of messages that the lane has.</summary>
    public bool AnyOfDevices => devices.All.Any(stream => _windows.Has(stream.Name));

    /// <summary>Rows that windows have left out.</summary>
    public long LeftOutCount => _windows.LeftOutCount + _tables.ChangedCount;

    /// <summary>Has the windows take over what the lake has at some versions of its tables.</summary>
    public async Task LoadAsync(IReadOnlyDictionary<string, long> versions, CancellationToken ct)
    {
        _windows.Clear();
        _given.Clear();
        foreach (var stream in devices.All.Where(stream => _windows.Has(stream.Name)))
        {
            if (versions.TryGetValue(stream.Root, out var version)
                && await DeltaTable.ReadAsync(services.Lake, stream.Root, version, ct) is { } snapshot)
                await LoadAsync(stream, snapshot.Files.Values, ct);
        }
        foreach (var table in options.Windows.Select(static window => window.Table).OfType<TableId>().Distinct())
            await _tables.LoadAsync(table, versions, _windows, ct);
        _windows.Settle();
    }

    /// <summary>Gives what was accepted since the last time, and tells results.</summary>
    public ValueTask TakeAsync(IEnumerable<TableStream> tables, CancellationToken ct)
    {
        if (!_windows.Any)
            return ValueTask.CompletedTask;
        foreach (var stream in devices.All)
        {
            var given = _given.GetValueOrDefault(stream.Name);
            if (stream.Accepted.Count > given)
                Give(stream, stream.Accepted, given);
            _given[stream.Name] = stream.Accepted.Count;
        }
        foreach (var table in tables)
            _tables.Give(table, _windows);
        return _windows.TellAsync(ct);
    }

    /// <summary>Completes when the log has all results that were told until now. Before the lake has the messages: of
    /// what it has everything was told.</summary>
    public Task FlushAsync(CancellationToken ct) => _windows.FlushAsync(ct);

    /// <summary>Takes note that the epoch is closed: the streams begin anew.</summary>
    public void Close() => _given.Clear();

    /// <summary>Takes note that the closed epoch is in the lake: the tables begin anew.</summary>
    public void Settle() => _tables.Settle();

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _windows.DisposeAsync();

    async Task LoadAsync(DeviceStream stream, IEnumerable<AddFile> files, CancellationToken ct)
    {
        var days = files.ToLookup(static file => file.PartitionValues[DeviceLayout.DateColumn] ?? "");
        if (days.Count == 0)
            return;
        // Whole days: a file's day is in its folder. Rows beyond the reach of all windows do no harm.
        var reach = (int)((_windows.ReachUs(stream.Name) + DayUs - 1) / DayUs);
        var newest = DateOnly.ParseExact(days.Max(static day => day.Key)!, "yyyy-MM-dd", CultureInfo.InvariantCulture);
        var oldest = newest.AddDays(-reach).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
        var paths = new List<string>();
        foreach (var day in days.Where(day => string.CompareOrdinal(day.Key, oldest) >= 0))
        {
            foreach (var file in day)
                paths.Add(await services.Lake.LocalPathAsync($"{stream.Root}/{file.Location}", ct));
        }
        using var connection = services.Duck.Connect();
        var columns = stream.Layout.Columns;
        using var result = connection.Query(LakeFileSql.Select(paths, columns, columns), ct: ct);
        var rows = new ColumnBatch(columns);
        foreach (var chunk in result.Chunks())
        {
            rows.Clear();
            chunk.AppendTo(rows);
            Give(stream, rows, from: 0);
        }
    }

    void Give(DeviceStream stream, ColumnBatch rows, int from) =>
        _windows.Add(stream.Name, stream.Layout.Columns, rows, from, stream.Layout.Partition);
}
