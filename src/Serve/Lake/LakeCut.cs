using System.Collections.Immutable;
using Tapline.Contracts.Schema;
using Tapline.Lakehouse.Delta.Scan;

namespace Tapline.Serving.Lake;

/// <summary>All tables of a lake as some epochs left them.</summary>
/// <param name="Tables">The tables, by folder.</param>
/// <param name="Lanes">Where each lane stands; empty for a lake without manifests.</param>
/// <param name="Models">The time that models saw; null without models.</param>
public sealed record LakeCut(
    ImmutableArray<LakeTable> Tables, ImmutableArray<LaneStand> Lanes, ModelClock? Models)
{
    /// <summary>A digest of the definition that each model was computed by, by name.</summary>
    public ImmutableDictionary<string, string> ModelDefinitions { get; init; } =
        ImmutableDictionary<string, string>.Empty;

    /// <summary>When the newest of the lanes' epochs was committed, milliseconds since 1970; 0 without any.</summary>
    public long CommittedAtMs => Lanes.Select(static lane => lane.CommittedAtMs).DefaultIfEmpty().Max();

    /// <summary>The lanes' epochs in one word, e.g. <c>0:17,1:5</c>: equal for equal cuts.</summary>
    public string Version => string.Join(',', Lanes.Select(static lane => $"{lane.Lane}:{lane.Epoch}"));
}

/// <summary>A lane's newest complete epoch at a cut.</summary>
public readonly record struct LaneStand(string Lane, long Epoch, long CommittedAtMs);

/// <summary>A table of a cut with the SQL of its rows, which can be run until the pin is disposed.</summary>
sealed record PinnedTable(LakeTable Table, PinnedScan Pin)
{
    /// <summary>What SQL calls it, and the rows.</summary>
    public ImmutableArray<TableView> Views { get; } = [.. TableView.Of(Table, Pin.Select)];
}

/// <summary>A view over a table.</summary>
readonly record struct TableView(string Schema, string Name, string Select)
{
    /// <summary>What SQL calls a table, and its rows: first with all columns, then, for current tables, without those
    /// that start with <c>_</c>.</summary>
    /// <param name="table">The table.</param>
    /// <param name="select">The SELECT of some columns; of all for null.</param>
    public static IEnumerable<TableView> Of(LakeTable table, Func<IEnumerable<ScanColumn>?, string> select)
    {
        // SQL has no table without columns; such a table has no rows either.
        if (table.Scan.Columns.IsEmpty)
            yield break;
        var rows = select(null);
        yield return table.Name.Length == 0
            ? new TableView(VisibleRelations.Main, table.Layer, rows)
            : new TableView(table.Layer, table.Name.Replace('.', '_'), VersionsView.Of(table, rows) ?? rows);
        if (table.Layer != "current")
            yield break;
        var id = TableId.Parse(table.Name);
        var shown = table.Scan.Columns.Where(static column => !column.Name.StartsWith('_')).ToList();
        if (shown.Count > 0)
            yield return new TableView(id.Schema, id.Name, select(shown));
    }
}
