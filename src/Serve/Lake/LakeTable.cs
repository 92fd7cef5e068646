using System.Collections.Immutable;
using Tapline.Contracts.Schema;
using Tapline.Lakehouse.Delta.Scan;

namespace Tapline.Serving.Lake;

/// <summary>A Delta table of the lake as a session shows it.</summary>
/// <param name="Root">Its folder in the lake, e.g. <c>current/app.accounts</c>.</param>
/// <param name="Version">The version shown.</param>
/// <param name="Columns">Its columns, with the source's types and keys where the log has them; without those of types
/// that only other writers use.</param>
/// <param name="Scan">All its columns, and its files at this cut.</param>
public sealed record LakeTable(string Root, long Version, ImmutableArray<ColumnSchema> Columns, TableScan Scan)
{
    /// <summary>The layer: <c>current</c>, <c>history</c>, <c>entity</c> or <c>quarantine</c>.</summary>
    public string Layer => Root.Split('/')[0];

    /// <summary>The name below the layer, e.g. <c>app.accounts</c>; empty for <c>quarantine</c>.</summary>
    public string Name => Root.Length > Layer.Length ? Root[(Layer.Length + 1)..] : "";

    /// <summary>The data files.</summary>
    public ImmutableArray<ScanFile> Files => Scan.Files;

    /// <summary>How many rows it has; null where the log does not say.</summary>
    public long? RowCount => Files.All(static file => file.RowCount is not null)
        ? Files.Sum(static file => file.RowCount!.Value - Deleted(file))
        : null;

    /// <summary>Which part of the rows in its files is deleted; null where the log does not say or there are
    /// none.</summary>
    public double? DeletedRatio => Files.All(static file => file.RowCount is not null)
        && Files.Sum(static file => file.RowCount) is > 0 and var all
            ? (double)Files.Sum(Deleted) / all
            : null;

    static long Deleted(ScanFile file) => file.Rows is { Keeps: false } filter ? filter.Rows.Count : 0;

    /// <summary>For a table of the layer <c>current</c>: its source table as the lake knows it.</summary>
    public TableSchema SourceSchema() => new(
        TableId.Parse(Name),
        Version: 1,
        [.. Columns.Where(static column => !column.Name.StartsWith('_') && !column.IsRetired)],
        WireFormat.Tapline);
}
