using System.Collections.Immutable;
using Tapline.Contracts.Schema;
using Tapline.Lakehouse.Delta;

namespace Tapline.Streaming.Tables;

/// <summary>The columns that the lake adds to those of the source. Their names start with an underscore.</summary>
static class BookkeepingColumns
{
    /// <summary>In <c>history/*</c>, after the source's columns.</summary>
    public static ImmutableArray<ColumnSchema> History { get; } =
    [
        new("_op", ColumnType.String),
        new("_commit_lsn", ColumnType.Int64),
        new("_lsn", ColumnType.Int64),
        new("_tx_id", ColumnType.Int64),
        new("_source_ts", ColumnType.Timestamp),
        new("_ingested_at", ColumnType.Timestamp),
        new("_partition", ColumnType.Int32),
        new("_offset", ColumnType.Int64),
    ];

    /// <summary>The place of <c>_source_ts</c> in <see cref="History"/>.</summary>
    public const int SourceTimestampInHistory = 4;

    /// <summary>In <c>current/*</c>, after the source's columns.</summary>
    public static ImmutableArray<ColumnSchema> Current { get; } =
    [
        new("_commit_lsn", ColumnType.Int64),
        new("_lsn", ColumnType.Int64),
        new("_source_ts", ColumnType.Timestamp),
        new("_ingested_at", ColumnType.Timestamp),
    ];

    /// <summary>The columns of the quarantine table.</summary>
    public static ImmutableArray<ColumnSchema> Quarantine { get; } =
    [
        new("table", ColumnType.String),
        new("reason", ColumnType.String),
        new("detail", ColumnType.String),
        new("topic", ColumnType.String),
        new("partition", ColumnType.Int32),
        new("offset", ColumnType.Int64),
        new("ingested_at", ColumnType.Timestamp),
        new("key", ColumnType.Binary),
        new("value", ColumnType.Binary),
        new("headers", ColumnType.Binary),
    ];

    /// <summary>The columns of the table that says what became of replayed records.</summary>
    public static ImmutableArray<ColumnSchema> QuarantineReplayed { get; } =
    [
        new("topic", ColumnType.String),
        new("partition", ColumnType.Int32),
        new("offset", ColumnType.Int64),
        new("attempt", ColumnType.Int32),
        new("outcome", ColumnType.String),
        new("reason", ColumnType.String),
        new("detail", ColumnType.String),
        new("sent_at", ColumnType.Timestamp),
    ];

    /// <summary>The columns of the table of schema changes.</summary>
    public static ImmutableArray<ColumnSchema> SchemaHistory { get; } =
    [
        new("table", ColumnType.String),
        new("version", ColumnType.Int32),
        new("column", ColumnType.String),
        new("change", ColumnType.String),
        new("old_type", ColumnType.String),
        new("new_type", ColumnType.String),
        new("commit_lsn", ColumnType.Int64),
        new("lsn", ColumnType.Int64),
        new("seen_at", ColumnType.Timestamp),
        new("outcome", ColumnType.String),
    ];

    /// <summary>All names of columns that come from no source.</summary>
    public static ImmutableArray<string> Names { get; } =
        [.. History.Concat(Current).Select(static column => column.Name).Distinct()];

    /// <summary>All names that a source column must not take: these, and those of change feeds.</summary>
    public static ImmutableArray<string> Reserved { get; } = [.. Names, .. ChangeFeed.ReservedNames];

    /// <summary>The columns of a lake table that come from the source.</summary>
    public static IEnumerable<ColumnSchema> WithoutThese(IEnumerable<ColumnSchema> columns) =>
        columns.Where(static column => !Names.Contains(column.Name));
}
