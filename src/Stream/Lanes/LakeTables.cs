using System.Buffers;
using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Tapline.Contracts;
using Tapline.Contracts.Columns;
using Tapline.Contracts.Schema;
using Tapline.Lakehouse.Delta;
using Tapline.Lakehouse.Delta.Actions;
using Tapline.Lakehouse.Delta.Commit;
using Tapline.Lakehouse.Delta.Snapshot;
using Tapline.Lakehouse.DuckDb;
using Tapline.Streaming.Decoding;
using Tapline.Streaming.Epochs;
using Tapline.Streaming.Quarantine;
using Tapline.Streaming.Tables;

namespace Tapline.Streaming.Lanes;

/// <summary>The Delta tables of a lane: opened or made when their first change arrives, the current rows loaded from
/// them.</summary>
sealed class LakeTables(
    StreamOptions options,
    LaneServices services,
    QuarantineBuffer quarantine,
    SchemaHistoryBuffer changes,
    EpochManifest? manifest)
{
    readonly Dictionary<TableId, LakeTablePair> _pairs = [];
    DeltaTable? _quarantineTable;
    DeltaTable? _replayed;
    DeltaTable? _schemaHistory;
    bool _isSchemaHistoryRead;

    /// <summary>The folder of the table of schema changes.</summary>
    public const string SchemaHistoryRoot = "schema_history";

    /// <summary>The folder of the quarantine table.</summary>
    public const string QuarantineRoot = "quarantine";

    /// <summary>The folders of the tables to which all lanes append.</summary>
    public static ImmutableArray<string> SharedRoots { get; } = [QuarantineRoot, SchemaHistoryRoot, ReplayLedger.Root];

    /// <summary>The name under which a lane's epochs stand in a table's <c>txn</c>.</summary>
    public string AppId(string root) =>
        string.Create(CultureInfo.InvariantCulture, $"{options.Pipeline}/{root}/{options.Lane}");

    /// <summary>The history and current table of a source table that was loaded.</summary>
    public LakeTablePair Pair(TableId table) => _pairs[table];

    /// <summary>A table as it is in the lake now; null when there is none.</summary>
    public Task<DeltaTable?> FindAsync(string root, CancellationToken ct) =>
        DeltaTable.OpenAsync(services.Lake, root, services.Delta, ct);

    /// <summary>The quarantine table, made when there is none.</summary>
    public async Task<DeltaTable> QuarantineAsync(CancellationToken ct) =>
        _quarantineTable ??= await OpenOrCreateAsync(QuarantineRoot, BookkeepingColumns.Quarantine, ct);

    /// <summary>The table that says what became of replayed records, made when there is none.</summary>
    public async Task<DeltaTable> ReplayedAsync(CancellationToken ct) =>
        _replayed ??= await OpenOrCreateAsync(ReplayLedger.Root, BookkeepingColumns.QuarantineReplayed, ct);

    /// <summary>The table of schema changes, made when there is none.</summary>
    public async Task<DeltaTable> SchemaHistoryAsync(CancellationToken ct) =>
        _schemaHistory ??= await OpenOrCreateAsync(SchemaHistoryRoot, BookkeepingColumns.SchemaHistory, ct);

    /// <summary>Opens a source table's lake tables, making what is missing, and loads its current rows.</summary>
    public async Task<TableStream> LoadAsync(TableSchema schema, CancellationToken ct)
    {
        if (!_isSchemaHistoryRead)
            await ReadSchemaHistoryAsync(ct);
        _isSchemaHistoryRead = true;
        var (historyRoot, currentRoot) = ($"history/{schema.Table}", $"current/{schema.Table}");
        var existing = await DeltaTable.OpenAsync(services.Lake, currentRoot, services.Delta, ct);
        if (existing is not null)
            await DropRetiredAsync(schema.Table, currentRoot, existing, ct);
        var epoch = existing?.Snapshot.TransactionVersion(AppId(currentRoot));
        var isAhead = epoch > (manifest?.Epoch ?? 0);
        // Models need to see what the epoch that is repeated changes: its changes are applied again.
        var isReapplied = isAhead && options.HasModels;
        var snapshot = isReapplied ? await AtManifestAsync(currentRoot, ct) : existing?.Snapshot;
        var layout = await LayoutAsync(historyRoot, snapshot, ct);
        if (snapshot is null)
            layout.Evolve(schema);
        var history = await OpenOrCreateAsync(historyRoot, layout.Columns.AddRange(BookkeepingColumns.History), ct);
        var current = existing ?? await CreateCurrentAsync(schema.Table, currentRoot, layout, ct);
        _pairs.Add(schema.Table, new LakeTablePair(history, current, historyRoot, currentRoot));

        var rows = new CurrentTable(layout, options, current.Snapshot.KeepsChanges);
        if (snapshot is not null)
        {
            var stored = new StoredRows(services, current, currentRoot, BookkeepingColumns.Current);
            await stored.LoadAsync(snapshot, rows, layout, KeyColumns(schema, layout), ct);
        }
        var declared = options.Sources.Find(schema.Table);
        var policy = declared?.Evolution ?? options.Evolution.Of(schema.Table);
        return new TableStream(schema.Table, layout, rows, quarantine, changes, policy)
        {
            Declared = declared,
            IsAhead = isAhead && !isReapplied,
            IsCommitted = isReapplied,
            IsNew = epoch is null || snapshot is null,
        };
    }

    /// <summary>The packed row that the history has of a record of a table's topic; empty when it is not
    /// there.</summary>
    public async Task<byte[]> HistoryRowAsync(TableStream table, int partition, long offset, CancellationToken ct)
    {
        var pair = _pairs[table.Table];
        var paths = await PathsAsync(pair.HistoryRoot, pair.History.Snapshot, ct);
        if (paths.Count == 0)
            return [];
        var columns = table.Layout.Columns;
        using var connection = services.Duck.Connect();
        using var result = connection.Query(
            LakeFileSql.Select(paths, columns.AddRange(BookkeepingColumns.History), columns)
            + string.Create(CultureInfo.InvariantCulture, $" WHERE _partition = {partition} AND _offset = {offset}"),
            ct: ct);
        var batch = new ColumnBatch(columns);
        result.CopyTo(batch);
        if (batch.Count == 0)
            return [];
        var packed = new ArrayBufferWriter<byte>(512);
        RowCodec.Encode(batch, 0, default, default, packed);
        return packed.WrittenSpan.ToArray();
    }

    /// <summary>Reads some columns of a table's history at a version, piece by piece; nothing for none.</summary>
    /// <param name="table">A table that was loaded.</param>
    /// <param name="version">Which version.</param>
    /// <param name="wanted">The columns.</param>
    /// <param name="condition">Which rows, in SQL over the bookkeeping columns.</param>
    /// <param name="take">Takes the rows; they are valid until it returns.</param>
    /// <param name="ct">Ends it.</param>
    public async Task ReadHistoryAsync(
        TableStream table,
        long? version,
        ImmutableArray<ColumnSchema> wanted,
        string condition,
        Action<ColumnBatch> take,
        CancellationToken ct)
    {
        var root = _pairs[table.Table].HistoryRoot;
        if (version is not { } known || await DeltaTable.ReadAsync(services.Lake, root, known, ct) is not { } snapshot
            || await PathsAsync(root, snapshot, ct) is not { Count: > 0 } paths)
            return;
        using var connection = services.Duck.Connect();
        using var result = connection.Query(
            LakeFileSql.Select(paths, table.Layout.Columns.AddRange(BookkeepingColumns.History), wanted)
            + $" WHERE {condition}",
            ct: ct);
        var rows = new ColumnBatch(wanted);
        foreach (var chunk in result.Chunks())
        {
            rows.Clear();
            chunk.AppendTo(rows);
            take(rows);
        }
    }

    async Task<List<string>> PathsAsync(string root, DeltaSnapshot snapshot, CancellationToken ct)
    {
        var paths = new List<string>();
        foreach (var file in snapshot.Files.Values)
            paths.Add(await services.Lake.LocalPathAsync($"{root}/{file.Location}", ct));
        return paths;
    }

    /// <summary>A table as the manifest has it that the lane was loaded by; null when it does not know it.</summary>
    public async Task<DeltaSnapshot?> AtManifestAsync(string root, CancellationToken ct) =>
        manifest?.Tables.TryGetValue(root, out var version) == true
            ? await DeltaTable.ReadAsync(services.Lake, root, version, ct)
            : null;

    // What a table did not follow is nowhere but here: it must not be told twice.
    async Task ReadSchemaHistoryAsync(CancellationToken ct)
    {
        _schemaHistory = await DeltaTable.OpenAsync(services.Lake, SchemaHistoryRoot, services.Delta, ct);
        if (_schemaHistory is null)
            return;
        using var connection = services.Duck.Connect();
        foreach (var file in _schemaHistory.Snapshot.Files.Values)
        {
            var path = await services.Lake.LocalPathAsync($"{SchemaHistoryRoot}/{file.Location}", ct);
            var rows = new ColumnBatch(BookkeepingColumns.SchemaHistory);
            using var result = connection.Query(LakeFileSql.Select(path, rows.Schema), ct: ct);
            result.CopyTo(rows);
            for (var row = 0; row < rows.Count; row++)
            {
                if (Text(rows.Columns[9], row) is "quarantined" or "ignored")
                    changes.Known(
                        Text(rows.Columns[0], row)!, Text(rows.Columns[2], row)!, Text(rows.Columns[3], row)!,
                        Text(rows.Columns[5], row));
            }
        }
    }

    static string? Text(ColumnBuffer column, int row) =>
        column.IsNull(row) ? null : Encoding.UTF8.GetString(column.Value(row));

    // What was renamed or dropped in the current table has its name in the history still: another column there must not
    // become its heir.
    async Task<TableLayout> LayoutAsync(string historyRoot, DeltaSnapshot? current, CancellationToken ct)
    {
        if (current is null)
            return new TableLayout([]);
        var columns = BookkeepingColumns.WithoutThese(current.Schema);
        var taken = current.MapsColumns
            && await DeltaTable.OpenAsync(services.Lake, historyRoot, services.Delta, ct) is { } history
                ? history.Snapshot.Schema.Select(static column => column.Name)
                : [];
        return new TableLayout(columns, taken);
    }

    // Not while an epoch is half done: its rows are of the columns that there were.
    async Task DropRetiredAsync(TableId table, string root, DeltaTable current, CancellationToken ct)
    {
        var retired = current.Snapshot.Schema.Where(static column => column.IsRetired).ToArray();
        if (retired.Length == 0 || !options.CurrentTables.Of(table).DropsRetired || !current.Snapshot.MapsColumns
            || current.Snapshot.TransactionVersion(AppId(root)) > (manifest?.Epoch ?? 0))
            return;
        var commit = new DeltaCommit
        {
            Operation = "DROP COLUMNS",
            Alterations = [.. retired.Select(static column => new ColumnAlteration.Drop(column.Name))],
        };
        if (await current.CommitAsync(commit, ct) is not CommitOutcome.Committed)
            throw new LaneFencedException($"{root} was changed by another writer");
    }

    async Task<DeltaTable> OpenOrCreateAsync(
        string root, ImmutableArray<ColumnSchema> columns, CancellationToken ct) =>
        await DeltaTable.OpenAsync(services.Lake, root, services.Delta, ct)
        ?? await DeltaTable.CreateAsync(services.Lake, root, Definition(columns), services.Delta, ct);

    Task<DeltaTable> CreateCurrentAsync(TableId table, string root, TableLayout layout, CancellationToken ct)
    {
        var wanted = options.CurrentTables.Of(table);
        var definition = Definition(layout.Columns.AddRange(BookkeepingColumns.Current)) with
        {
            HasDeletionVectors = options.MergesOnRead,
            HasV2Checkpoints = wanted.HasV2Checkpoints,
            KeepsChanges = wanted.KeepsChanges,
            MapsColumns = wanted.MapsColumns,
            FileRetention = wanted.KeepsChanges ? options.LogRetention : options.FileRetention,
        };
        return DeltaTable.CreateAsync(services.Lake, root, definition, services.Delta, ct);
    }

    DeltaTableDefinition Definition(ImmutableArray<ColumnSchema> columns) => new(columns)
    {
        FileRetention = options.FileRetention,
        LogRetention = options.LogRetention,
    };

    // A key that the rows in the lake do not have yet tells none of them apart.
    static int[] KeyColumns(TableSchema schema, TableLayout layout)
    {
        var places = schema.KeyColumns.Select(column => layout.ActiveOf(column.Name)).ToArray();
        return places.Contains(-1) ? [] : places;
    }
}

/// <summary>The lake tables of a source table.</summary>
/// <param name="History">Every change.</param>
/// <param name="Current">The current rows.</param>
/// <param name="HistoryRoot">Folder of <paramref name="History"/>.</param>
/// <param name="CurrentRoot">Folder of <paramref name="Current"/>.</param>
sealed record LakeTablePair(DeltaTable History, DeltaTable Current, string HistoryRoot, string CurrentRoot);
