using System.Globalization;
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
    /// <summary>The property that has the mode.</summary>
    public const string Property = "delta.columnMapping.mode";

    /// <summary>The property that has the highest id that any column of the table ever had.</summary>
    public const string MaxIdProperty = "delta.columnMapping.maxColumnId";

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

    /// <summary>The highest id that any column of a table ever had.</summary>
    public static int MaxId(TableMetadata metadata, DeltaSchema schema) => Math.Max(
        int.TryParse(
            metadata.Property(MaxIdProperty), NumberStyles.None, CultureInfo.InvariantCulture, out var max) ? max : 0,
        schema.Fields.Max(static field => field.MappingId) ?? 0);

    /// <summary>The schema with ids from <paramref name="maxId"/> on, and names for files that no other column of the
    /// table has or had, for the fields that have none.</summary>
    public static DeltaSchema Number(DeltaSchema schema, int maxId, string tableId)
    {
        var mark = tableId[..Math.Min(tableId.Length, 8)];
        return new DeltaSchema([.. schema.Fields.Select(field => field.MappingId is null
            ? field.Mapped(++maxId, string.Create(CultureInfo.InvariantCulture, $"col-{maxId}-{mark}"))
            : field)]);
    }

    /// <summary>A field's name in files and in the log.</summary>
    public static string NameOf(this ColumnMapping mapping, DeltaField field) =>
        mapping == ColumnMapping.None ? field.Name : field.PhysicalName ?? field.Name;
}
