using Tapline.Lakehouse.Delta.Actions;

namespace Tapline.Lakehouse.Delta.Schema;

/// <summary>How a table's columns are found in its files: by their own names, by physical names that outlive renaming,
/// or by ids.</summary>
enum ColumnMapping
{
    /// <summary>By their own names.</summary>
    None,
    /// <summary>By physical names.</summary>
    Name,
    /// <summary>By ids; the log uses physical names.</summary>
    Id,
}

/// <summary>What the protocol says about column mapping.</summary>
static class ColumnMappings
{
    const string Property = "delta.columnMapping.mode";

    /// <summary>The mode of a table. The property means nothing unless the protocol has the feature. Throws
    /// <see cref="DeltaUnsupportedException"/> for a mode that is not known.</summary>
    public static ColumnMapping Of(DeltaProtocol protocol, TableMetadata metadata, string table)
    {
        var isOn = protocol.MinReaderVersion == 2 || protocol.ReaderFeatures?.Contains("columnMapping") == true;
        return (isOn ? metadata.Property(Property) : null) switch
        {
            null or "none" => ColumnMapping.None,
            "name" => ColumnMapping.Name,
            "id" => ColumnMapping.Id,
            var other => throw new DeltaUnsupportedException(table, "read", [$"columnMapping mode {other}"]),
        };
    }

    /// <summary>A field's name in files and in the log.</summary>
    public static string NameOf(this ColumnMapping mapping, DeltaField field) =>
        mapping == ColumnMapping.None ? field.Name : field.PhysicalName ?? field.Name;
}
