using System.Collections.Immutable;
using Tapline.Contracts.Schema;

namespace Tapline.Serving.Lake;

/// <summary>A Delta table of the lake as a session shows it.</summary>
/// <param name="Root">Its folder in the lake, e.g. <c>current/app.accounts</c>.</param>
/// <param name="Version">The version shown; the newest of them where lanes stand at different ones.</param>
/// <param name="Columns">Its columns, with the source's types and keys where the log has them.</param>
/// <param name="Files">The data files at this cut.</param>
public sealed record LakeTable(
    string Root, long Version, ImmutableArray<ColumnSchema> Columns, ImmutableArray<LakeFile> Files)
{
    /// <summary>The layer: <c>current</c>, <c>history</c>, <c>entity</c> or <c>quarantine</c>.</summary>
    public string Layer => Root.Split('/')[0];

    /// <summary>The name below the layer, e.g. <c>app.accounts</c>; empty for <c>quarantine</c>.</summary>
    public string Name => Root.Length > Layer.Length ? Root[(Layer.Length + 1)..] : "";

    /// <summary>Columns whose values the log gives per file.</summary>
    public ImmutableArray<string> PartitionColumns { get; init; } = [];

    /// <summary>For a table of the layer <c>current</c>: its source table as the lake knows it.</summary>
    public TableSchema SourceSchema() => new(
        TableId.Parse(Name),
        Version: 1,
        [.. Columns.Where(static column => !column.Name.StartsWith('_') && !column.IsRetired)],
        WireFormat.Tapline);
}

/// <summary>A data file of a table.</summary>
/// <param name="Path">Where it can be read on this machine.</param>
/// <param name="PartitionValues">The text of each partition column.</param>
public sealed record LakeFile(string Path, IReadOnlyDictionary<string, string?> PartitionValues);
