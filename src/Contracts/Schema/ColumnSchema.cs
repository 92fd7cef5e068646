namespace Tapline.Contracts.Schema;

/// <summary>One column of a table, as the lake stores it and as the source declares it.</summary>
/// <param name="Name">The column's name, as the source spells it.</param>
/// <param name="Type">Its type in the lake.</param>
/// <param name="Nullable">Whether the source lets it be null. Lake columns are always nullable.</param>
public sealed record ColumnSchema(string Name, ColumnType Type, bool Nullable = true)
{
    /// <summary>Place in the primary key, from 0; -1 for a column outside it.</summary>
    public int KeyOrdinal { get; init; } = -1;

    /// <summary>Decimal digits in all, 1 to 38; 0 for other types.</summary>
    public int Precision { get; init; }

    /// <summary>Decimal digits after the point, 0 to <see cref="Precision"/>; 0 for other types.</summary>
    public int Scale { get; init; }

    /// <summary>The source's own type as PostgreSQL's <c>format_type</c> prints it, e.g. <c>numeric(10,2)</c>,
    /// <c>text[]</c>.
    /// Empty where a column has no source (lake metadata columns).</summary>
    public string SourceType { get; init; } = "";

    /// <summary>How events spell this column, where that is not the table's format; null otherwise.</summary>
    public WireFormat? Format { get; init; }

    /// <summary>What rows from before the column was added have in it, as PostgreSQL's text: a default that was set
    /// with the column. Null where they have null, or nobody knows.</summary>
    public string? Missing { get; init; }

    /// <summary>The source's name of a lake column that has another one; null where both are the same.</summary>
    public string? SourceName { get; init; }

    /// <summary>Whether the source dropped the column of this lake column, or its values go to another one by
    /// now.</summary>
    public bool IsRetired { get; init; }

    /// <summary>The name that the source has for it.</summary>
    public string Origin => SourceName ?? Name;

    /// <summary>Whether both store their values alike.</summary>
    public bool HasTypeOf(ColumnSchema other) =>
        Type == other.Type && Precision == other.Precision && Scale == other.Scale;

    /// <summary>Whether the column is part of the primary key.</summary>
    public bool IsKey => KeyOrdinal >= 0;
}
