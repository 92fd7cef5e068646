using System.Collections.Immutable;
using Tapline.Contracts.Columns;
using Tapline.Contracts.Schema;
using Tapline.Lakehouse.Delta.Commit;
using Tapline.Lakehouse.Delta.Schema;
using Tapline.Lakehouse.Delta.Snapshot;

namespace Tapline.Lakehouse.Delta.Files;

/// <summary>What new files call the columns of a table: their own names, or those that outlive renaming.</summary>
sealed class StoredColumns
{
    readonly Dictionary<string, DeltaField> _mapped;

    /// <summary>The names in files for a snapshot and the columns that come to it with the files' commit.</summary>
    public StoredColumns(DeltaSnapshot snapshot, ImmutableArray<ColumnSchema> newSchema)
    {
        var fields = snapshot.MapsColumns
            ? PlannedColumns.Of(snapshot, newSchema, replaces: true)?.Schema.Fields ?? []
            : [];
        _mapped = fields.ToDictionary(static field => field.Name, StringComparer.Ordinal);
    }

    /// <summary>A column's name in files and in the log.</summary>
    public string NameOf(string column) => _mapped.GetValueOrDefault(column)?.PhysicalName ?? column;

    /// <summary>The ids of columns in files; 0 for one that has none.</summary>
    public ImmutableArray<int> IdsOf(ImmutableArray<ColumnSchema> columns) =>
        [.. columns.Select(column => _mapped.GetValueOrDefault(column.Name)?.MappingId ?? 0)];

    /// <summary>Rows under the names that files have.</summary>
    public ColumnBatch Of(ColumnBatch rows) => _mapped.Count == 0
        ? rows
        : new ColumnBatch(
            [.. rows.Schema.Select(column => column with { Name = NameOf(column.Name) })], rows.Columns);
}
