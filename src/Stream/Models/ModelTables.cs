using System.Collections.Immutable;
using System.Globalization;
using Tapline.Contracts;
using Tapline.Contracts.Schema;
using Tapline.Lakehouse.Delta;
using Tapline.Lakehouse.Delta.Commit;
using Tapline.Lakehouse.Delta.Snapshot;
using Tapline.Streaming.Epochs;
using Tapline.Streaming.Lanes;

namespace Tapline.Streaming.Models;

/// <summary>The Delta tables of models: one with the rows of each, one with the versions of those that have a
/// history.</summary>
sealed class ModelTables(StreamOptions options, LaneServices services, LakeTables lake)
{
    readonly Dictionary<string, DeltaTable> _tables = new(StringComparer.Ordinal);

    /// <summary>The versions of the tables that are there, by folder.</summary>
    public IEnumerable<KeyValuePair<string, long>> Versions =>
        _tables.Select(static pair => KeyValuePair.Create(pair.Key, pair.Value.Snapshot.Version));

    /// <summary>Opens a model's tables, where they are there, and loads its rows as the manifest has them.</summary>
    public async Task LoadAsync(ModelTable table, EpochManifest? manifest, CancellationToken ct)
    {
        var root = table.Model.Root;
        if (await OpenAsync(root, ct) is not { } rows)
            return;
        await OpenAsync(HistoryOf(root), ct);
        var isAhead = rows.Snapshot.TransactionVersion(lake.AppId(root)) > (manifest?.Epoch ?? 0);
        var snapshot = isAhead ? await lake.AtManifestAsync(root, ct) : rows.Snapshot;
        if (snapshot is null)
            return;
        Check(table, snapshot);
        await new StoredRows(services, rows, root, ModelColumns.Table)
            .LoadAsync(snapshot, table.Current, table.Layout, [.. table.Model.Places(table.Model.Key)], ct);
    }

    /// <summary>Commits what has changed of a model. False when an earlier writer of the epoch has done so.</summary>
    public async Task<bool> CommitAsync(ModelTable table, long epoch, bool isRepeat, CancellationToken ct)
    {
        var root = table.Model.Root;
        if (isRepeat && Has(root, epoch))
            return false;
        var lane = options.Lane.ToString(CultureInfo.InvariantCulture);
        if (table.History is { Count: > 0 } versions && !(isRepeat && Has(HistoryOf(root), epoch)))
        {
            var history = await OpenOrCreateAsync(HistoryOf(root), versions.Schema, hasDeletionVectors: false, ct);
            await EpochCommitter.CommitAsync(HistoryOf(root), history, new DeltaCommit
            {
                Adds = [await history.WriteDataFileAsync(versions, null, lane, ct)],
                Transaction = new TransactionId(lake.AppId(HistoryOf(root)), epoch),
                Operation = "STREAMING UPDATE",
                IsBlindAppend = true,
                NewSchema = EpochCommitter.Changed(history, versions.Schema),
                ReplacesColumns = true,
            }, isRepeat, ct);
        }
        if (!table.Current.HasChanges)
            return true;
        var rows = await OpenOrCreateAsync(
            root, table.Layout.Columns.AddRange(ModelColumns.Table), options.MergesOnRead, ct);
        var schema = EpochCommitter.Changed(rows, table.Layout.Columns);
        var change = await table.Current.WriteAsync(rows, schema, lane, ct);
        await EpochCommitter.CommitAsync(root, rows, new DeltaCommit
        {
            Adds = change.Adds,
            Removes = change.Removes,
            DataChange = change.ChangesRows,
            Transaction = new TransactionId(lake.AppId(root), epoch),
            Operation = "MERGE",
            NewSchema = schema,
            ReplacesColumns = true,
        }, isRepeat: false, ct);
        table.Current.Confirm(change);
        return true;
    }

    static string HistoryOf(string root) => $"{root}_history";

    bool Has(string root, long epoch) =>
        _tables.TryGetValue(root, out var table) && table.Snapshot.TransactionVersion(lake.AppId(root)) >= epoch;

    // Rows can be taken over as long as their values stay what they are.
    static void Check(ModelTable table, DeltaSnapshot snapshot)
    {
        foreach (var column in table.Layout.Columns)
        {
            if (snapshot.Schema.FirstOrDefault(known => known.Name == column.Name) is { } known
                && !known.HasTypeOf(column))
            {
                throw new TaplineException(
                    $"model {table.Model.Name} gives column {column.Name} as {column.Type}, but its table has it as "
                    + $"{known.Type}",
                    "give the column another name, or the model; or cast it to the type that it had");
            }
        }
    }

    async Task<DeltaTable?> OpenAsync(string root, CancellationToken ct)
    {
        if (await DeltaTable.OpenAsync(services.Lake, root, services.Delta, ct) is not { } table)
            return null;
        _tables[root] = table;
        return table;
    }

    async Task<DeltaTable> OpenOrCreateAsync(
        string root, ImmutableArray<ColumnSchema> columns, bool hasDeletionVectors, CancellationToken ct) =>
        _tables.TryGetValue(root, out var known) ? known
        : _tables[root] = await DeltaTable.CreateAsync(
            services.Lake,
            root,
            new DeltaTableDefinition(columns)
            {
                HasDeletionVectors = hasDeletionVectors,
                FileRetention = options.FileRetention,
                LogRetention = options.LogRetention,
            },
            services.Delta,
            ct);
}
