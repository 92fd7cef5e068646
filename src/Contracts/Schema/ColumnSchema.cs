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

    /// <summary>Whether the column is part of the primary key.</summary>
    public bool IsKey => KeyOrdinal >= 0;
}
