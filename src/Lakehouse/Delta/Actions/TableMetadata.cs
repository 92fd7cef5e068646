namespace Tapline.Lakehouse.Delta.Actions;

/// <summary>A table's identity, columns and properties; each one replaces the one before as a whole.</summary>
/// <param name="Id">A GUID that stays for the life of the table.</param>
/// <param name="Format">How data files are encoded.</param>
/// <param name="PartitionColumns">Columns whose values stand in the log and not in the files.</param>
public sealed record TableMetadata(string Id, FileFormat Format, IReadOnlyList<string> PartitionColumns)
{
    /// <summary>The columns, as JSON text; absent from tables that were created without any.</summary>
    public string? SchemaString { get; init; }

    /// <summary>A name for people.</summary>
    public string? Name { get; init; }

    /// <summary>A description for people.</summary>
    public string? Description { get; init; }

    /// <summary>Created at, milliseconds since 1970.</summary>
    public long? CreatedTime { get; init; }

    /// <summary>Table properties.</summary>
    public IReadOnlyDictionary<string, string?>? Configuration { get; init; }

    /// <summary>A table property; null when it is not set.</summary>
    public string? Property(string name) => Configuration?.GetValueOrDefault(name);
}

/// <summary>How data files are encoded: always <c>parquet</c>.</summary>
public sealed record FileFormat(string Provider)
{
    /// <summary>Settings of the format; readers ignore them.</summary>
    public IReadOnlyDictionary<string, string?>? Options { get; init; }
}
