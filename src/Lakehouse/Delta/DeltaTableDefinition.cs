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

    /// <summary>Whether rows may be deleted without their file being written again. Readers of the table must know
    /// deletion vectors then (reader version 3), which Athena does not.</summary>
    public bool HasDeletionVectors { get; init; }

    /// <summary>Whether a checkpoint may have several files (V2). Readers of the table must know them then (reader
    /// version 3), large or small.</summary>
    public bool HasV2Checkpoints { get; init; }

    /// <summary>Whether commits keep which rows they changed, for readers of changes (<c>_change_data</c>). Asks
    /// nothing of other readers.</summary>
    public bool KeepsChanges { get; init; }

    /// <summary>Whether files know columns by ids and names of their own, so that a column can get another name, or go,
    /// while they stay. Readers of the table must know column mapping then.</summary>
    public bool MapsColumns { get; init; }

    /// <summary>How long files stay after they have left the table; null for Delta's default, a week.</summary>
    public TimeSpan? FileRetention { get; init; }

    /// <summary>How long versions can be read; null for Delta's default, 30 days.</summary>
    public TimeSpan? LogRetention { get; init; }

    /// <summary>Other table properties.</summary>
    public ImmutableDictionary<string, string?> Properties { get; init; } = ImmutableDictionary<string, string?>.Empty;
}
