using Tapline.Lakehouse.Delta.Schema;

namespace Tapline.Lakehouse.Delta.Scan;

/// <summary>A column that a scan gives.</summary>
/// <param name="Name">Its name in SQL.</param>
/// <param name="SqlType">Its type in SQL.</param>
public sealed record ScanColumn(string Name, string SqlType)
{
    /// <summary>The field of the table; null for columns that the scan makes up.</summary>
    public DeltaField? Field { get; init; }

    /// <summary>Whether the value stands in the files.</summary>
    internal bool IsStored { get; init; }

    /// <summary>Whether each file has a constant for it. Where it is stored too, a constant that is not null
    /// counts.</summary>
    internal bool IsConstant { get; init; }

    /// <summary>The column's name in the files and in the log.</summary>
    internal string PhysicalName { get; init; } = Name;

    /// <summary>How the schema of <c>read_parquet</c> finds it: a literal, an id or a name.</summary>
    internal string Key { get; init; } = "";

    /// <summary>What the SQL of a scan calls it: names of tables may be those of DuckDB's virtual columns.</summary>
    internal string Alias { get; init; } = "";

    /// <summary>Its type in the files once they are widened, with names as in the files.</summary>
    internal string StoredType { get; init; } = SqlType;

    /// <summary>The SQL that makes the column of what the files give.</summary>
    internal string Expression { get; init; } = "";
}
