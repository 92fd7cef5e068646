using System.Collections.Immutable;
using Tapline.Contracts.Schema;

namespace Tapline.Streaming.Tables;

/// <summary>What one change of a source table's columns does to the columns in the lake.</summary>
/// <param name="Before">The lake's columns before it.</param>
/// <param name="After">The lake's columns after it: the same ones, perhaps wider, and new ones at the end.</param>
/// <param name="Moves">Columns whose values go to another one from now on.</param>
/// <param name="Refills">Columns that the source has anew, and what rows have in them that it did not send
/// since.</param>
/// <param name="Columns">The change, column by column.</param>
sealed record LayoutChange(
    ImmutableArray<ColumnSchema> Before,
    ImmutableArray<ColumnSchema> After,
    ImmutableArray<ColumnMove> Moves,
    ImmutableArray<ColumnRefill> Refills,
    ImmutableArray<ColumnChange> Columns)
{
    /// <summary>Whether stored rows have another form afterwards: files with the old one must not stay.</summary>
    public bool IsRetyping => Before.Zip(After).Any(static pair => !pair.First.HasTypeOf(pair.Second));

    /// <summary>Whether stored rows have to be looked at.</summary>
    public bool ConcernsRows => IsRetyping || !Moves.IsEmpty || !Refills.IsEmpty;
}

/// <summary>Values that go to another column of the lake.</summary>
/// <param name="From">The column that they leave.</param>
/// <param name="To">The column that takes them, as far as they can be cast.</param>
readonly record struct ColumnMove(int From, int To);

/// <summary>What stored rows have in a column from now on.</summary>
/// <param name="Column">The column.</param>
/// <param name="Missing">The value as PostgreSQL's text; null for null.</param>
readonly record struct ColumnRefill(int Column, string? Missing);

/// <summary>One column of a changed schema.</summary>
/// <param name="Column">The source's name.</param>
/// <param name="What">What happened: <c>added</c>, <c>dropped</c>, <c>widened</c>, <c>narrowed</c>, <c>redeclared</c>,
/// <c>retyped</c>.</param>
/// <param name="OldType">The type before, as the source spells it; null for none.</param>
/// <param name="NewType">The type after; null for none.</param>
/// <param name="Outcome">What the lake did about it.</param>
sealed record ColumnChange(string Column, string What, string? OldType, string? NewType, string Outcome);
