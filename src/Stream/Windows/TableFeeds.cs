using System.Collections.Immutable;
using System.Globalization;
using Tapline.Contracts.Columns;
using Tapline.Contracts.Schema;
using Tapline.Lakehouse.Delta;
using Tapline.Lakehouse.DuckDb;
using Tapline.Streaming.Lanes;
using Tapline.Streaming.Tables;

namespace Tapline.Streaming.Windows;

/// <summary>Gives the rows that come to tables to the windows over them: those that are inserted, and those that a copy
/// brings. A row that is changed or deleted stays what it was; that is counted, and said once a table.</summary>
sealed class TableFeeds(LaneServices services)
{
    const string Op = "_op";
    const string Partition = "_partition";

    readonly Dictionary<TableId, int> _given = [];
    readonly HashSet<TableId> _told = [];

    /// <summary>Changes and deletes of rows that windows did not follow.</summary>
    public long ChangedCount { get; private set; }

    /// <summary>Gives what the open epoch has of a table since the last time.</summary>
    public void Give(TableStream table, LiveWindows windows)
    {
        var rows = table.History.Rows;
        var given = _given.GetValueOrDefault(table.Table);
        if (rows.Count == given || table.Table.ToString() is var name && !windows.Has(name))
            return;
        var changed = ChangedCount;
        Give(name, rows, given, windows);
        _given[table.Table] = rows.Count;
        if (ChangedCount > changed && _told.Add(table.Table))
            services.Logger.WindowTableChanged(name);
    }

    /// <summary>Takes note that the tables hold nothing any more.</summary>
    public void Settle() => _given.Clear();

    /// <summary>Gives what the history of a table has within the windows' reach.</summary>
    public async Task LoadAsync(
        TableId table, IReadOnlyDictionary<string, long> versions, LiveWindows windows, CancellationToken ct)
    {
        var (name, root) = (table.ToString(), $"history/{table}");
        if (!versions.TryGetValue(root, out var version)
            || await DeltaTable.ReadAsync(services.Lake, root, version, ct) is not { Files.Count: > 0 } snapshot)
            return;
        var paths = new List<string>();
        foreach (var file in snapshot.Files.Values)
            paths.Add(await services.Lake.LocalPathAsync($"{root}/{file.Location}", ct));
        var needed = windows.Of(name).SelectMany(WindowFeed.Needs).Append(Op).Append(Partition).ToHashSet();
        ImmutableArray<ColumnSchema> wanted = [.. snapshot.Schema.Where(column => needed.Contains(column.Name))];
        using var connection = services.Duck.Connect();
        using var result = connection.Query(
            Recent(LakeFileSql.Select(paths, snapshot.Schema, wanted), name, wanted, windows), ct: ct);
        var rows = new ColumnBatch(wanted);
        foreach (var chunk in result.Chunks())
        {
            rows.Clear();
            chunk.AppendTo(rows);
            Give(name, rows, from: 0, windows);
        }
        ChangedCount = 0;
    }

    // By each of the times that windows go by.
    static string Recent(
        string rows, string name, ImmutableArray<ColumnSchema> wanted, LiveWindows windows)
    {
        var times = windows.Of(name).Select(WindowFeed.TimeName).Distinct()
            .Where(time => wanted.Any(column => column.Name == time))
            .Select(SqlText.Identifier)
            .Select(time => string.Create(CultureInfo.InvariantCulture,
                $"epoch_us({time}) >= (SELECT max(epoch_us({time})) FROM history) - {windows.ReachUs(name)}"));
        var condition = string.Join(" OR ", times.DefaultIfEmpty("true"));
        return $"WITH history AS ({rows}) SELECT * FROM history WHERE {condition}";
    }

    void Give(string name, ColumnBatch rows, int from, LiveWindows windows)
    {
        var op = PlaceOf(rows.Schema, Op);
        for (var row = from; row < rows.Count; row++)
            ChangedCount += IsNew(rows, row, op) ? 0 : 1;
        windows.Add(name, rows.Schema, rows, from, PlaceOf(rows.Schema, Partition), (all, row) => IsNew(all, row, op));
    }

    static bool IsNew(ColumnBatch rows, int row, int op) => rows.Columns[op].Value(row)[0] is (byte)'c' or (byte)'r';

    static int PlaceOf(ImmutableArray<ColumnSchema> columns, string name)
    {
        for (var i = columns.Length - 1; i >= 0; i--)
        {
            if (columns[i].Name == name)
                return i;
        }
        throw new InvalidDataException($"a history without {name}");
    }
}
