using System.Collections.Immutable;

namespace Tapline.Models.Planning;

/// <summary>What becomes of a model.</summary>
/// <param name="Name">The model.</param>
/// <param name="State">What becomes of it.</param>
public sealed record PlannedModel(string Name, PlannedState State)
{
    /// <summary>The rows that its table has now.</summary>
    public long Rows { get; init; }

    /// <summary>The rows of its inputs, all of which are read; 0 where it only follows.</summary>
    public long InputRows { get; init; }

    /// <summary>The new or changed models that it reads, itself or through others.</summary>
    public ImmutableArray<string> Because { get; init; } = [];

    /// <summary>Columns that its table gets.</summary>
    public ImmutableArray<string> Added { get; init; } = [];

    /// <summary>Columns that have no values any more.</summary>
    public ImmutableArray<string> Dropped { get; init; } = [];

    /// <summary>Columns of another type than the table's, which it cannot take: <c>mrr: BIGINT to DOUBLE</c>.</summary>
    public ImmutableArray<string> Retyped { get; init; } = [];
}
