using System.Collections.Immutable;
using Tapline.Contracts.Schema;

namespace Tapline.Models;

/// <summary>What SQL of a package can name, apart from its models.</summary>
/// <param name="Name">Its name in SQL.</param>
/// <param name="Kind">What it is.</param>
/// <param name="Columns">Its columns.</param>
public sealed record Relation(string Name, RelationKind Kind, ImmutableArray<ColumnSchema> Columns)
{
    /// <summary>The source table of a <see cref="RelationKind.Table"/> or <see cref="RelationKind.Changes"/>.</summary>
    public TableId Table { get; init; }

    /// <summary>The last word of the topic of a <see cref="RelationKind.Stream"/>.</summary>
    public string Stream { get; init; } = "";

    /// <summary>What the engine adds to the columns of a table's changes.</summary>
    public static ImmutableArray<ColumnSchema> ChangeColumns { get; } =
    [
        new("_op", ColumnType.String),
        new("_commit_lsn", ColumnType.Int64),
        new("_lsn", ColumnType.Int64),
        new("_source_ts", ColumnType.Timestamp),
        new("_partition", ColumnType.Int32),
        new("_offset", ColumnType.Int64),
    ];

    /// <summary>The columns that every message of a stream has, before the declared ones.</summary>
    public static ImmutableArray<ColumnSchema> StreamColumns { get; } =
    [
        new("device_id", ColumnType.String),
        new("boot_id", ColumnType.String),
        new("seq", ColumnType.Int64),
        new("ts", ColumnType.Timestamp),
        new("received_at", ColumnType.Timestamp),
    ];

    /// <summary>The columns that every message of a stream has, after the declared ones.</summary>
    public static ImmutableArray<ColumnSchema> StreamEndColumns { get; } =
    [
        new("payload", ColumnType.String),
        new("flags", ColumnType.String),
        new("_key", ColumnType.String),
        new("_partition", ColumnType.Int32),
        new("_offset", ColumnType.Int64),
    ];
}

/// <summary>Kinds of relations.</summary>
public enum RelationKind
{
    /// <summary>The current rows of a source table.</summary>
    Table,
    /// <summary>Every change of a source table.</summary>
    Changes,
    /// <summary>The messages of a device stream.</summary>
    Stream,
}
