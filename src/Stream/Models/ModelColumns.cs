using System.Collections.Immutable;
using Tapline.Contracts.Schema;

namespace Tapline.Streaming.Models;

/// <summary>The columns that the lake adds to those of a model.</summary>
static class ModelColumns
{
    /// <summary>In the model's table, after its own: the epoch that wrote the row, how often it changed before, when
    /// what it follows from happened at the source, when it was computed.</summary>
    public static ImmutableArray<ColumnSchema> Table { get; } =
    [
        new("_version", ColumnType.Int64),
        new("_revision", ColumnType.Int64),
        new("_source_ts", ColumnType.Timestamp),
        new("_updated_at", ColumnType.Timestamp),
    ];

    /// <summary>In the model's history, after the key, the tracked and the carried columns.</summary>
    public static ImmutableArray<ColumnSchema> History { get; } =
    [
        new("_op", ColumnType.String),
        new("_version", ColumnType.Int64),
        new("_valid_from", ColumnType.Timestamp),
        new("_recorded_at", ColumnType.Timestamp),
    ];
}
