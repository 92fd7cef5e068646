using System.Collections.Immutable;
using Tapline.Contracts.Schema;

namespace Tapline.Lakehouse.Delta;

/// <summary>What a change feed adds to a table's columns, and what it says there.</summary>
public static class ChangeFeed
{
    /// <summary>A row that was not there.</summary>
    public const string Insert = "insert";

    /// <summary>A row as it was.</summary>
    public const string UpdateBefore = "update_preimage";

    /// <summary>The same row as it has become.</summary>
    public const string UpdateAfter = "update_postimage";

    /// <summary>A row that is there no more.</summary>
    public const string Delete = "delete";

    /// <summary>Names that no column of a table with a feed may have.</summary>
    public static ImmutableArray<string> ReservedNames { get; } =
        ["_change_type", "_commit_version", "_commit_timestamp"];

    /// <summary>The column that says which of these a row is.</summary>
    public static ColumnSchema TypeColumn { get; } = new(ReservedNames[0], ColumnType.String);

    /// <summary>The folder of the feed's files.</summary>
    internal const string Folder = "_change_data/";
}
