using System.Collections.Immutable;

namespace Tapline.Models.Lineage;

/// <summary>What the columns of a query or relation follow from.</summary>
/// <param name="Columns">Its columns in their order.</param>
sealed record QueryColumns(ImmutableArray<QueryColumn> Columns)
{
    /// <summary>What decides which rows it has: the same for all of its columns.</summary>
    public InputSet Rows { get; init; } = InputSet.None;

    /// <summary>What tells its rows apart: a count of rows follows from these.</summary>
    public InputSet Identity { get; init; } = InputSet.None;

    /// <summary>What a column follows from that is not among <see cref="Columns"/>, where their names are not known;
    /// null where they are.</summary>
    public InputSet? Other { get; init; }

    /// <summary>All that any column follows from.</summary>
    public InputSet Any => InputSet.Union(Columns.Select(static column => column.Inputs)).With(Other ?? InputSet.None);

    /// <summary>What a column follows from; null when there is no such column.</summary>
    public InputSet? Find(string name)
    {
        foreach (var column in Columns)
        {
            if (column.Name.Equals(name, StringComparison.OrdinalIgnoreCase))
                return column.Inputs;
        }
        return Other;
    }

    /// <summary>The same with other names for its first columns.</summary>
    public QueryColumns Renamed(ImmutableArray<string> names)
    {
        // More names than columns: a function whose columns nobody knows.
        var known = Columns.Length < names.Length && Other is { } other
            ? Columns.AddRange(names[Columns.Length..].Select(name => new QueryColumn(name, other)))
            : Columns;
        return names.IsEmpty
            ? this
            : this with
            {
                Columns =
                [
                    .. known.Select((column, i) => i < names.Length ? column with { Name = names[i] } : column),
                ],
            };
    }
}

/// <summary>A column of a query.</summary>
/// <param name="Name">Its name; empty where SQL gives it none that others can use.</param>
/// <param name="Inputs">What it follows from.</param>
sealed record QueryColumn(string Name, InputSet Inputs);
