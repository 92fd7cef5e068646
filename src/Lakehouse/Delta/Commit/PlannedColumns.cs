using System.Collections.Immutable;
using System.Globalization;
using Tapline.Contracts;
using Tapline.Contracts.Schema;
using Tapline.Lakehouse.Delta.Actions;
using Tapline.Lakehouse.Delta.Schema;
using Tapline.Lakehouse.Delta.Snapshot;

namespace Tapline.Lakehouse.Delta.Commit;

/// <summary>A table's columns as they are after a commit. Files that are written for the commit and the commit itself
/// plan alike, so that ids and names in files are the same in both.</summary>
/// <param name="Schema">All columns.</param>
/// <param name="PartitionColumns">Those whose values stand in the log.</param>
sealed record PlannedColumns(DeltaSchema Schema, ImmutableArray<string> PartitionColumns)
{
    /// <summary>The columns after new ones have come to a snapshot's; null when one is there with another
    /// type.</summary>
    public static PlannedColumns? Of(DeltaSnapshot read, ImmutableArray<ColumnSchema> newSchema, bool replaces)
    {
        var schema = newSchema.IsDefault
            ? read.Structure
            : read.Structure.With(newSchema, replaces, read.MapsColumns);
        if (schema is not null && read.MapsColumns && schema != read.Structure)
            schema = ColumnMappings.Number(schema, ColumnMappings.MaxId(read.Metadata, schema), read.Metadata.Id);
        return schema is null ? null : new PlannedColumns(schema, read.PartitionColumns);
    }

    /// <summary>The same after an alteration. Throws <see cref="TaplineException"/> for one that the table does not
    /// take.</summary>
    public PlannedColumns After(ColumnAlteration alteration, string table)
    {
        var name = alteration switch
        {
            ColumnAlteration.Rename rename => rename.From,
            ColumnAlteration.Drop drop => drop.Name,
            _ => throw new System.Diagnostics.UnreachableException(),
        };
        var field = Schema.Fields.FirstOrDefault(field => field.Name == name)
            ?? throw new TaplineException(
                $"table {table} has no column {name}",
                $"it has {string.Join(", ", Schema.Fields.Select(static field => field.Name))}");
        return alteration switch
        {
            ColumnAlteration.Rename rename => Rename(field, rename.To, table),
            _ => Drop(field, table),
        };
    }

    /// <summary>The table's metadata with these columns.</summary>
    public TableMetadata In(DeltaSnapshot read)
    {
        var metadata = read.Metadata with { SchemaString = Schema.ToJson(), PartitionColumns = PartitionColumns };
        if (!read.MapsColumns)
            return metadata;
        var maxId = ColumnMappings.MaxId(read.Metadata, Schema).ToString(CultureInfo.InvariantCulture);
        var properties = ImmutableSortedDictionary<string, string?>.Empty
            .AddRange(metadata.Configuration ?? ImmutableDictionary<string, string?>.Empty);
        return metadata with { Configuration = properties.SetItem(ColumnMappings.MaxIdProperty, maxId) };
    }

    PlannedColumns Rename(DeltaField field, string name, string table)
    {
        if (name.Length == 0 || Schema.Fields.Any(other =>
            other != field && string.Equals(other.Name, name, StringComparison.OrdinalIgnoreCase)))
        {
            throw new TaplineException(
                $"column {field.Name} of table {table} cannot become \"{name}\"",
                "a name is not empty, and no other column has it in any case of letters");
        }
        var at = PartitionColumns.IndexOf(field.Name);
        return new PlannedColumns(
            new DeltaSchema(Schema.Fields.Replace(field, field.Renamed(name))),
            at < 0 ? PartitionColumns : PartitionColumns.SetItem(at, name));
    }

    PlannedColumns Drop(DeltaField field, string table)
    {
        if (PartitionColumns.Contains(field.Name) || Schema.Fields.Length == 1)
        {
            throw new TaplineException(
                $"column {field.Name} of table {table} cannot be dropped",
                PartitionColumns.Contains(field.Name) ? "its files are parted by it" : "it is the only one");
        }
        return this with { Schema = new DeltaSchema(Schema.Fields.Remove(field)) };
    }
}
