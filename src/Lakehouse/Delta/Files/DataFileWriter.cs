using System.Collections.Immutable;
using System.Globalization;
using Tapline.Contracts.Columns;
using Tapline.Contracts.Schema;
using Tapline.Lakehouse.Delta.Actions;
using Tapline.Lakehouse.Delta.Commit;
using Tapline.Lakehouse.Delta.Log;
using Tapline.Lakehouse.Delta.Snapshot;
using Tapline.Lakehouse.Delta.Stats;
using Tapline.Lakehouse.Parquet;
using Tapline.Lakehouse.Storage;

namespace Tapline.Lakehouse.Delta.Files;

/// <summary>Puts rows into a table's folder as one Parquet file. The file belongs to the table once it is
/// committed.</summary>
sealed class DataFileWriter(IObjectStore store, LogFolder folder, DeltaServices services)
{
    const string IndexedColumnsProperty = "delta.dataSkippingNumIndexedCols";

    public async Task<AddFile> WriteAsync(
        DeltaSnapshot snapshot,
        IReadOnlyList<ColumnBatch> rows,
        IReadOnlyDictionary<string, string?> partitionValues,
        string lane,
        ImmutableArray<ColumnSchema> newSchema,
        CancellationToken ct)
    {
        var stored = new StoredColumns(snapshot, newSchema);
        var values = Values(snapshot, rows, partitionValues);
        var batches = rows.Select(stored.Of).ToList();
        var (file, name) = Encode(batches, stored.IdsOf(rows[0].Schema));
        TableRules.CheckNulls(
            folder.Table, snapshot, [.. rows[0].Schema.Select(static column => column.Name)], file.Statistics, values);
        var location = $"{PartitionFolder.Of(snapshot.PartitionColumns, values)}part-{name}";
        // No other writer has this name, so a lost answer does no harm: the bytes are put again.
        await store.PutAsync(folder.KeyOf(location), file.Content, ct);
        return new AddFile(
            DataPath.Encode(location),
            Stored(stored, values),
            file.Content.Length,
            services.Time.GetUtcNow().ToUnixTimeMilliseconds())
        {
            Stats = FileStatistics.ToJson(
                file.RowCount, batches[0].Schema, file.Statistics, IndexedColumns(snapshot)),
            Tags = ImmutableSortedDictionary<string, string?>.Empty.Add(AddFile.LaneTag, lane),
        };
    }

    /// <summary>The same for a file of the table's change feed.</summary>
    public async Task<ChangeFile> WriteChangesAsync(
        DeltaSnapshot snapshot,
        ColumnBatch rows,
        IReadOnlyDictionary<string, string?> partitionValues,
        ImmutableArray<ColumnSchema> newSchema,
        CancellationToken ct)
    {
        var stored = new StoredColumns(snapshot, newSchema);
        var values = Values(snapshot, [rows], partitionValues);
        var (file, name) = Encode([stored.Of(rows)], stored.IdsOf(rows.Schema));
        var location = $"{ChangeFeed.Folder}{PartitionFolder.Of(snapshot.PartitionColumns, values)}cdc-{name}";
        await store.PutAsync(folder.KeyOf(location), file.Content, ct);
        return new ChangeFile(DataPath.Encode(location), Stored(stored, values), file.Content.Length);
    }

    // A file and the end of a name that no other has.
    (ParquetFile File, string Name) Encode(List<ColumnBatch> rows, ImmutableArray<int> fieldIds)
    {
        using var writer = new ParquetFileWriter(rows[0].Schema, services.Parquet, fieldIds);
        foreach (var batch in rows)
            writer.WriteRowGroup(batch);
        return (writer.Finish(), $"{services.NewId():D}.{writer.Codec.ToString().ToLowerInvariant()}.parquet");
    }

    static ImmutableSortedDictionary<string, string?> Values(
        DeltaSnapshot snapshot, IReadOnlyList<ColumnBatch> rows, IReadOnlyDictionary<string, string?> partitionValues)
    {
        if (rows.Sum(static batch => (long)batch.Count) == 0)
            throw new ArgumentException("a data file has at least one row", nameof(rows));
        CheckPartition(snapshot, rows[0], partitionValues);
        // Empty text and null read alike, so null is what is written.
        return snapshot.PartitionColumns.ToImmutableSortedDictionary(
            static name => name, name => partitionValues[name] is { Length: > 0 } value ? value : null);
    }

    static ImmutableSortedDictionary<string, string?> Stored(
        StoredColumns stored, ImmutableSortedDictionary<string, string?> values) =>
        values.ToImmutableSortedDictionary(value => stored.NameOf(value.Key), static value => value.Value);

    static int IndexedColumns(DeltaSnapshot snapshot) => int.TryParse(
        snapshot.Metadata.Property(IndexedColumnsProperty),
        NumberStyles.AllowLeadingSign,
        CultureInfo.InvariantCulture,
        out var count)
            ? count
            : FileStatistics.IndexedColumnsDefault;

    static void CheckPartition(
        DeltaSnapshot snapshot, ColumnBatch batch, IReadOnlyDictionary<string, string?> partitionValues)
    {
        if (partitionValues.Count != snapshot.PartitionColumns.Length
            || snapshot.PartitionColumns.Any(name => !partitionValues.ContainsKey(name)))
        {
            throw new ArgumentException(
                $"values for the partition columns [{string.Join(", ", snapshot.PartitionColumns)}] wanted, "
                + $"for [{string.Join(", ", partitionValues.Keys)}] found",
                nameof(partitionValues));
        }
        if (batch.Schema.FirstOrDefault(column => snapshot.PartitionColumns.Contains(column.Name)) is { } inFile)
            throw new ArgumentException($"partition column {inFile.Name} stands in no file", nameof(batch));
    }
}
