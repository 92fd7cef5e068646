using System.Collections.Immutable;
using Tapline.Contracts.Schema;

namespace Tapline.Lakehouse.Delta;

/// <summary>What a new table is.</summary>
/// <param name="Columns">Its columns, partition columns among them.</param>
public sealed record DeltaTableDefinition(ImmutableArray<ColumnSchema> Columns)
{
    /// <summary>Columns whose values stand in the log, in the order of the folders.</summary>
    public ImmutableArray<string> PartitionColumns { get; init; } = [];

    /// <summary>A name for people.</summary>
    public string? Name { get; init; }

    /// <summary>A description for people.</summary>
    public string? Description { get; init; }

    /// <summary>Table properties.</summary>
    public ImmutableDictionary<string, string?> Properties { get; init; } = ImmutableDictionary<string, string?>.Empty;
}
