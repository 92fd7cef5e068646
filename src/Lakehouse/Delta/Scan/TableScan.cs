using System.Collections.Immutable;
using Tapline.Lakehouse.Delta.Actions;
using Tapline.Lakehouse.Delta.Log;
using Tapline.Lakehouse.Delta.Snapshot;
using Tapline.Lakehouse.Storage;

namespace Tapline.Lakehouse.Delta.Scan;

/// <summary>What has to be read for the rows of a table at one version: columns and files. It reads none of them:
/// <see cref="ScanSession"/> makes SQL of it. Never changes.</summary>
/// <param name="Columns">The columns that it gives, in order.</param>
/// <param name="Files">The files; a place in this list is the number of a file in SQL.</param>
public sealed record TableScan(ImmutableArray<ScanColumn> Columns, ImmutableArray<ScanFile> Files)
{
    /// <summary>The columns that have a constant for each file, in the order of
    /// <see cref="ScanFile.Constants"/>.</summary>
    public IEnumerable<ScanColumn> ConstantColumns => Columns.Where(static column => column.IsConstant);

    /// <summary>Plans a scan of all rows of a snapshot, or of those in <paramref name="files"/>. Throws
    /// <see cref="DeltaFormatException"/> for files that are missing, cut off, or have damaged deletion vectors, and
    /// <see cref="DeltaUnsupportedException"/> for columns that cannot be read here.</summary>
    public static async Task<TableScan> PlanAsync(
        IObjectStore store, string root, DeltaSnapshot snapshot, IEnumerable<AddFile>? files, CancellationToken ct)
    {
        var planner = new ScanPlanner(store, new LogFolder(root), snapshot);
        var planned = ImmutableArray.CreateBuilder<ScanFile>();
        var ordered = (files ?? snapshot.Files.Values).OrderBy(static file => file.Location, StringComparer.Ordinal);
        foreach (var file in ordered)
            planned.Add(await planner.FileAsync(file, ct));
        return new TableScan(planner.Columns, planned.ToImmutable());
    }
}
