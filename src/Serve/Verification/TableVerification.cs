using System.Collections.Immutable;
using Tapline.Contracts.Schema;

namespace Tapline.Serving.Verification;

/// <summary>How a table in the lake compares with its source.</summary>
/// <param name="Table">The table.</param>
/// <param name="SourceRows">Rows in the source.</param>
/// <param name="LakeRows">Rows in the lake.</param>
/// <param name="Differences">Rows that differ, at most as many as asked for.</param>
/// <param name="MoreDifferences">Whether there are more of them.</param>
public sealed record TableVerification(
    TableId Table,
    long SourceRows,
    long LakeRows,
    ImmutableArray<RowDifference> Differences,
    bool MoreDifferences)
{
    /// <summary>Whether both hold the same rows.</summary>
    public bool IsEqual => Differences.IsEmpty && !MoreDifferences && SourceRows == LakeRows;
}

/// <summary>A row that is not the same on both sides.</summary>
/// <param name="Key">The key's columns in their canonical text; for a table without a key, all columns.</param>
/// <param name="Kind">What is wrong with it.</param>
/// <param name="Columns">The names of the columns that differ; empty unless
/// <see cref="DifferenceKind.Differs"/>.</param>
public sealed record RowDifference(ImmutableArray<string?> Key, DifferenceKind Kind, ImmutableArray<string> Columns);

/// <summary>What can be wrong with a row.</summary>
public enum DifferenceKind
{
    /// <summary>The source has it, the lake has not.</summary>
    MissingInLake,
    /// <summary>The lake has it, the source has not.</summary>
    ExtraInLake,
    /// <summary>Both have it, with different values.</summary>
    Differs,
}
