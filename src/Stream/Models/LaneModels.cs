using Tapline.Contracts.Columns;
using Tapline.Contracts.Schema;
using Tapline.Models;
using Tapline.Streaming.Devices;
using Tapline.Streaming.Epochs;
using Tapline.Streaming.Lanes;
using Tapline.Streaming.Tables;

namespace Tapline.Streaming.Models;

/// <summary>The models of a lane: their engine, fed with what the lane's tables and streams take in, and their tables
/// in the lake, committed with each epoch. Owned by the lane's task.</summary>
sealed class LaneModels : IDisposable
{
    readonly StreamOptions _options;
    readonly LaneServices _services;
    readonly EpochManifest? _manifest;
    readonly ModelEngine _engine;
    readonly ModelTables _tables;
    readonly Dictionary<TableId, ChangeRows> _changes = [];
    readonly SortedDictionary<string, string> _digests = new(StringComparer.Ordinal);
    readonly HashSet<string> _stale = new(StringComparer.Ordinal);

    public LaneModels(
        ModelPackage package, StreamOptions options, LaneServices services, LakeTables lake, EpochManifest? manifest)
    {
        (_options, _services, _manifest) = (options, services, manifest);
        _engine = new ModelEngine(package, options, services.Time, services.Logger);
        _tables = new ModelTables(options, services, lake);
        ClockUs = manifest?.Models?.ClockUs ?? 0;
        StartedUs = manifest?.Models?.StartedUs ?? 0;
        foreach (var model in package.Stored)
            _digests.Add(model.Name, package.DigestOf(model));
        var lookedUp = package.Stored.Where(static model => model.Kind != ModelKind.Fold)
            .SelectMany(static model => model.Reads).ToHashSet(StringComparer.Ordinal);
        foreach (var relation in package.Relations.Values)
        {
            if (relation.Kind == RelationKind.Changes && _engine.Relations.TryGetValue(relation.Name, out var rows))
                _changes.Add(relation.Table, new ChangeRows(relation, rows, lookedUp.Contains(relation.Name)));
        }
    }

    /// <summary>The clock of the newest step, microseconds since 1970.</summary>
    public long ClockUs { get; private set; }

    /// <summary>The tick of the first step ever; 0 before it.</summary>
    public long StartedUs { get; private set; }

    /// <summary>Whether there is something to commit although nothing came.</summary>
    public bool HasWork =>
        _engine.Tables.Any(static table => table.Current.HasChanges) || _stale.Count > 0
        || (_engine.Package.Stored.Any(static model => model.Time != ModelTime.None)
            && ModelStep.TickOf(NowUs()) > ModelStep.TickOf(ClockUs));

    /// <summary>What the manifest says of the models.</summary>
    public ModelMark Mark => new(ClockUs, _digests) { StartedUs = StartedUs };

    /// <summary>The versions of the models' tables that have one.</summary>
    public IEnumerable<KeyValuePair<string, long>> Versions => _tables.Versions;

    /// <summary>The source tables that models read, apart from those that only stream.</summary>
    public IEnumerable<TableId> Sources => _engine.Package.Relations.Values
        .Where(relation => relation.Kind != RelationKind.Stream && _engine.Relations.ContainsKey(relation.Name))
        .Select(static relation => relation.Table).Distinct();

    /// <summary>Lets models see a table's rows.</summary>
    public void Attach(TableStream table)
    {
        foreach (var relation in _engine.Package.Relations.Values)
        {
            if (relation.Kind == RelationKind.Table && relation.Table == table.Table
                && _engine.Relations.TryGetValue(relation.Name, out var rows))
                rows.Attach(table.Current.State, table.Layout);
        }
    }

    /// <summary>Loads the models' rows, and what models have to see of before. Models that were defined otherwise, or
    /// not at all, are computed anew with the first step.</summary>
    /// <param name="tables">The source tables, loaded and attached.</param>
    /// <param name="lake">Their lake tables.</param>
    /// <param name="ct">Ends it.</param>
    public async Task LoadAsync(IReadOnlyCollection<TableStream> tables, LakeTables lake, CancellationToken ct)
    {
        foreach (var table in _engine.Tables)
        {
            await _tables.LoadAsync(table, _manifest, ct);
            var name = table.Model.Name;
            if (_manifest?.Models?.Definitions.GetValueOrDefault(name) != _digests[name])
                _stale.Add(name);
        }
        foreach (var table in tables)
        {
            if (_changes.TryGetValue(table.Table, out var changes) && changes.IsLookedUp)
                await ReadAsync(table, lake, rows => changes.Take(rows, table.Layout), ct);
        }
        _engine.Resume(new ModelStep(
            _manifest?.Epoch ?? 0, ClockUs, _manifest?.SourceTimestampUs ?? 0, StartedUs));
        if (_stale.Count == 0)
            return;
        await new FoldHistory(_engine, _services, lake).RunAsync(
            _stale, Step((_manifest?.Epoch ?? 0) + 1, NowUs()), ct);
        var names = string.Join(", ", _stale.Order(StringComparer.Ordinal));
        _services.Logger.ModelsStale(_options.Lane, _stale.Count, names);
    }

    /// <summary>Takes what the epoch has gathered through the models.</summary>
    /// <param name="epoch">The epoch.</param>
    /// <param name="clockUs">The clock that its first writer saw; null for the clock as it is.</param>
    /// <param name="tables">The source tables.</param>
    /// <param name="devices">The device streams.</param>
    /// <param name="ct">Ends it.</param>
    public void Run(
        long epoch, long? clockUs, IReadOnlyCollection<TableStream> tables, DeviceStreams devices, CancellationToken ct)
    {
        foreach (var table in tables)
        {
            if (table.History.Rows.Count > 0 && _changes.TryGetValue(table.Table, out var changes))
                changes.Take(table.History.Rows, table.Layout);
        }
        foreach (var stream in devices.All.Where(static stream => stream.Accepted.Count > 0))
        {
            if (_engine.Relations.TryGetValue($"iot_{stream.Name}", out var rows))
                rows.Take(stream.Accepted);
        }
        ClockUs = clockUs ?? NowUs();
        if (StartedUs == 0)
            StartedUs = ModelStep.TickOf(ClockUs);
        var step = Step(epoch, ClockUs);
        // Of this epoch alone, so that who repeats it says the same.
        var newestUs = tables.Max(static table => NewestUs(table.History.Rows, table.Layout));
        if (newestUs > 0)
            step = step with { SourceUs = newestUs.Value };
        _engine.Step(step, _stale, ct);
    }

    /// <summary>Commits what the models changed.</summary>
    public async Task CommitAsync(long epoch, bool isRepeat, CancellationToken ct)
    {
        foreach (var table in _engine.Tables)
        {
            var isWritten = await _tables.CommitAsync(table, epoch, isRepeat, ct);
            // What an earlier writer committed was computed by what it knew of the model.
            if (!isWritten && _stale.Contains(table.Model.Name))
                _digests[table.Model.Name] = "";
            table.Settle();
        }
        _stale.Clear();
    }

    /// <inheritdoc/>
    public void Dispose() => _engine.Dispose();

    static long? NewestUs(ColumnBatch history, TableLayout layout)
    {
        var place = layout.Columns.Length + BookkeepingColumns.SourceTimestampInHistory;
        long? newest = null;
        foreach (var atUs in history.Columns[place].Int64s)
            newest = Math.Max(newest ?? 0, atUs);
        return newest;
    }

    long NowUs() => Math.Max(ClockUs, _services.Time.GetUtcNow().ToUnixTimeMilliseconds() * 1000);

    ModelStep Step(long epoch, long nowUs) => new(epoch, nowUs, nowUs, StartedUs);

    async Task ReadAsync(TableStream table, LakeTables lake, Action<ColumnBatch> take, CancellationToken ct) =>
        await lake.ReadHistoryAsync(
            table,
            _manifest?.Tables.TryGetValue($"history/{table.Table}", out var version) == true ? version : null,
            table.Layout.Columns.AddRange(BookkeepingColumns.History),
            "true",
            take,
            ct);
}
