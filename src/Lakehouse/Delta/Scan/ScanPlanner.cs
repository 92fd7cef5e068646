using System.Collections.Immutable;
using Tapline.Lakehouse.Delta.Actions;
using Tapline.Lakehouse.Delta.DeletionVectors;
using Tapline.Lakehouse.Delta.Files;
using Tapline.Lakehouse.Delta.Log;
using Tapline.Lakehouse.Delta.Schema;
using Tapline.Lakehouse.Delta.Snapshot;
using Tapline.Lakehouse.DuckDb;
using Tapline.Lakehouse.Storage;

namespace Tapline.Lakehouse.Delta.Scan;

/// <summary>Turns files of a log into files of a scan: finds them on this machine, reads their deletion vectors, and
/// makes literals of their partition values.</summary>
sealed class ScanPlanner
{
    readonly LogFolder _folder;
    readonly ColumnMapping _mapping;
    readonly TableFiles _files;
    readonly DeletionVectorReader _vectors;
    readonly ImmutableArray<ScanColumn> _partition;

    public ScanPlanner(IObjectStore store, LogFolder folder, DeltaSnapshot snapshot, bool byName = false)
    {
        _folder = folder;
        _files = new TableFiles(store, folder);
        _vectors = new DeletionVectorReader(_files);
        _mapping = ColumnMappings.Of(snapshot.Protocol, snapshot.Metadata, folder.Table);
        var types = new ScanTypes(_mapping, folder.Table);
        Columns = [.. snapshot.Structure.Fields.Select((field, i) =>
            Column(field, $"c{i}", snapshot.PartitionColumns, types, byName))];
        _partition = [.. Columns.Where(static column => column.IsConstant)];
        if (Columns.DistinctBy(static column => column.Key).Count() < Columns.Length)
            throw new DeltaFormatException(folder.Prefix, "a schema without a name or id twice", "one twice");
    }

    /// <summary>The table's columns.</summary>
    public ImmutableArray<ScanColumn> Columns { get; }

    /// <summary>A live file, without its deleted rows.</summary>
    public async ValueTask<ScanFile> FileAsync(AddFile file, CancellationToken ct)
    {
        var path = await _files.LocalPathAsync(file.Location, file.Size, ct);
        var rowCount = file.RowCount;
        var deleted = file.DeletionVector is { } vector ? await _vectors.ReadAsync(vector, ct) : null;
        if (deleted is not null && rowCount is { } rows && deleted.Max >= rows)
        {
            throw new DeltaFormatException(
                _files.NameOf(file.Location), $"deleted rows below {rows}", $"row {deleted.Max}");
        }
        return new ScanFile(path, Constants(file.Location, file.PartitionValues))
        {
            Rows = deleted is null ? null : new RowFilter(deleted, Keeps: false),
            Stats = file.Stats,
            RowCount = rowCount,
        };
    }

    /// <summary>Where a file lies on this machine.</summary>
    public ValueTask<string> PathAsync(string location, long? size, CancellationToken ct) =>
        _files.LocalPathAsync(location, size, ct);

    /// <summary>The rows that a deletion vector says are deleted; none for null.</summary>
    public async ValueTask<RoaringBitmap> DeletedAsync(DeletionVector? vector, CancellationToken ct) =>
        vector is null ? new RoaringBitmap() : await _vectors.ReadAsync(vector, ct);

    /// <summary>The literals of a file's partition values.</summary>
    public ImmutableArray<string> Constants(string location, IReadOnlyDictionary<string, string?> values)
    {
        var constants = ImmutableArray.CreateBuilder<string>(_partition.Length);
        foreach (var column in _partition)
        {
            var text = values.GetValueOrDefault(column.PhysicalName) ?? values.GetValueOrDefault(column.Name);
            constants.Add(PartitionText.Literal(column.Field!.Type, text)
                ?? throw new DeltaFormatException(
                    _files.NameOf(location),
                    $"a partition value of type {column.SqlType} for {column.Name}",
                    "another"));
        }
        return constants.MoveToImmutable();
    }

    ScanColumn Column(
        DeltaField field, string alias, ImmutableArray<string> partition, ScanTypes types, bool byName)
    {
        var physical = _mapping.NameOf(field);
        var isPartition = partition.Contains(field.Name);
        var byId = _mapping == ColumnMapping.Id && !byName;
        return new ScanColumn(field.Name, types.Sql(field.Type))
        {
            Field = field,
            IsStored = !isPartition,
            IsConstant = isPartition,
            PhysicalName = physical,
            Alias = alias,
            Key = byId ? $"{IdOf(field)}" : SqlText.Literal(physical),
            StoredType = types.Stored(field.Type),
            Expression = types.Convert(field.Type, alias),
        };
    }

    int IdOf(DeltaField field) => field.MappingId
        ?? throw new DeltaFormatException(_folder.Prefix, $"a column mapping id for {field.Name}", "none");
}
