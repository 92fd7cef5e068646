using System.Collections.Immutable;

namespace Tapline.Lakehouse.Delta.Scan;

/// <summary>A data file of a scan.</summary>
/// <param name="Path">Where it can be read on this machine.</param>
/// <param name="Constants">For each column that stands in no file, its value as a SQL literal, in the order of the
/// scan's columns.</param>
public sealed record ScanFile(string Path, ImmutableArray<string> Constants)
{
    /// <summary>Which rows count; null for all.</summary>
    public RowFilter? Rows { get; init; }

    /// <summary>What the log says about the file's values; null for nothing.</summary>
    public string? Stats { get; init; }

    /// <summary>Rows of the file, deleted ones among them; null where the log does not say.</summary>
    public long? RowCount { get; init; }
}
