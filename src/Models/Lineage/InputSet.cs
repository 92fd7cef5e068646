using System.Collections.Immutable;

namespace Tapline.Models.Lineage;

/// <summary>The columns that something follows from.</summary>
/// <param name="Values">Those that its value is computed from.</param>
/// <param name="Filters">Those that decide which rows count for it.</param>
sealed record InputSet(ImmutableHashSet<RelationColumn> Values, ImmutableHashSet<RelationColumn> Filters)
{
    /// <summary>Nothing: a constant.</summary>
    public static InputSet None { get; } = new([], []);

    /// <summary>The value of one column.</summary>
    public static InputSet Of(RelationColumn column) => new([column], []);

    /// <summary>Whether there is no column in it.</summary>
    public bool IsNone => Values.IsEmpty && Filters.IsEmpty;

    /// <summary>What is in either.</summary>
    public InputSet With(InputSet other) =>
        other.IsNone || ReferenceEquals(this, other) ? this
        : IsNone ? other
        : new(Values.Union(other.Values), Filters.Union(other.Filters));

    /// <summary>The same columns, which only decide about rows.</summary>
    public InputSet AsFilter() => Values.IsEmpty ? this : new([], Filters.Union(Values));

    /// <summary>What is in any of several.</summary>
    public static InputSet Union(IEnumerable<InputSet> sets) =>
        sets.Aggregate(None, static (all, set) => all.With(set));
}
