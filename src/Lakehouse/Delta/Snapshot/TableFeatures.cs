using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Globalization;
using Tapline.Lakehouse.Delta.Actions;
using Tapline.Lakehouse.Delta.Schema;

namespace Tapline.Lakehouse.Delta.Snapshot;

/// <summary>What this program knows of the protocol's features. A program refuses a table with a feature that it does
/// not know.</summary>
static class TableFeatures
{
    const string DeletionVectors = "deletionVectors";
    const string DeletionVectorsProperty = "delta.enableDeletionVectors";

    const string V2Checkpoint = "v2Checkpoint";
    const string CheckpointPolicyProperty = "delta.checkpointPolicy";

    const string ChangeDataFeed = "changeDataFeed";
    const string ChangeDataFeedProperty = "delta.enableChangeDataFeed";

    const string ColumnMappingFeature = "columnMapping";

    // The last two are rules of columns and properties, which are looked at by themselves (TableRules).
    static readonly FrozenSet<string> Writable = FrozenSet.ToFrozenSet(
        [DeletionVectors, V2Checkpoint, ChangeDataFeed, ColumnMappingFeature, "appendOnly", "invariants"]);

    static readonly FrozenSet<string> Readable = FrozenSet.ToFrozenSet(
    [
        ColumnMappingFeature, DeletionVectors, "timestampNtz", "typeWidening", "typeWidening-preview", V2Checkpoint,
        "vacuumProtocolCheck", "variantType", "variantType-preview",
    ]);

    /// <summary>The protocol of a new table: the lowest that has every rule it needs, so that no reader is shut
    /// out.</summary>
    public static DeltaProtocol ProtocolOf(DeltaTableDefinition definition)
    {
        var forAll = new List<string>();
        if (definition.HasDeletionVectors)
            forAll.Add(DeletionVectors);
        if (definition.HasV2Checkpoints)
            forAll.Add(V2Checkpoint);
        if (definition.MapsColumns)
            forAll.Add(ColumnMappingFeature);
        string[] forWriters = definition.KeepsChanges ? [.. forAll, ChangeDataFeed] : [.. forAll];
        if (forWriters.Length == 0)
            return new DeltaProtocol(MinReaderVersion: 1, MinWriterVersion: 2);
        // Readers of version 1 take a table whose features are all for writers.
        return new DeltaProtocol(MinReaderVersion: forAll.Count > 0 ? 3 : 1, MinWriterVersion: 7)
        {
            ReaderFeatures = forAll.Count > 0 ? forAll : null,
            WriterFeatures = forWriters,
        };
    }

    /// <summary>The properties of a new table.</summary>
    public static ImmutableDictionary<string, string?> PropertiesOf(DeltaTableDefinition definition)
    {
        var properties = definition.Properties.ToBuilder();
        if (definition.HasDeletionVectors)
            properties[DeletionVectorsProperty] = "true";
        if (definition.MapsColumns)
        {
            properties[ColumnMappings.Property] = "name";
            properties[ColumnMappings.MaxIdProperty] =
                definition.Columns.Length.ToString(CultureInfo.InvariantCulture);
        }
        if (definition.KeepsChanges)
            properties[ChangeDataFeedProperty] = "true";
        if (definition.HasV2Checkpoints)
            properties[CheckpointPolicyProperty] = "v2";
        if (definition.FileRetention is { } files)
            properties[Interval.FilesProperty] = Interval.Format(files);
        if (definition.LogRetention is { } log)
            properties[Interval.LogProperty] = Interval.Format(log);
        return properties.ToImmutable();
    }

    /// <summary>Whether a table takes new deletion vectors.</summary>
    public static bool TakesDeletionVectors(DeltaProtocol protocol, TableMetadata metadata) =>
        protocol.WriterFeatures?.Contains(DeletionVectors) == true
        && metadata.Property(DeletionVectorsProperty) == "true";

    /// <summary>Whether a table's commits keep which rows they changed.</summary>
    public static bool KeepsChanges(TableMetadata metadata) => metadata.Property(ChangeDataFeedProperty) == "true";

    /// <summary>Whether a table's files know columns by names of their own.</summary>
    public static bool MapsColumns(DeltaProtocol protocol, TableMetadata metadata) =>
        (protocol.MinReaderVersion == 2 || protocol.ReaderFeatures?.Contains(ColumnMappingFeature) == true)
        && metadata.Property(ColumnMappings.Property) is not (null or "none");

    /// <summary>Whether a table may have checkpoints with sidecars.</summary>
    public static bool HasV2Checkpoints(DeltaProtocol protocol) =>
        protocol.WriterFeatures?.Contains(V2Checkpoint) == true;

    /// <summary>Whether a table is to get new checkpoints with sidecars.</summary>
    public static bool TakesV2Checkpoints(DeltaProtocol protocol, TableMetadata metadata) =>
        HasV2Checkpoints(protocol) && metadata.Property(CheckpointPolicyProperty) == "v2";

    /// <summary>Throws <see cref="DeltaUnsupportedException"/> naming each reader feature that is missing
    /// here.</summary>
    public static void CheckReadable(string table, DeltaProtocol protocol)
    {
        var missing = ImmutableArray.CreateBuilder<string>();
        if (protocol.MinReaderVersion > 3)
            missing.Add($"reader version {protocol.MinReaderVersion}");
        foreach (var feature in protocol.ReaderFeatures ?? [])
        {
            if (!Readable.Contains(feature))
                missing.Add(feature);
        }
        if (missing.Count > 0)
            throw new DeltaUnsupportedException(table, "read", missing.ToImmutable());
    }

    /// <summary>Throws <see cref="DeltaUnsupportedException"/> unless the table needs no more of a writer than ours do:
    /// writer version 2, deletion vectors, V2 checkpoints, a change feed or column mapping by name, no
    /// invariants.</summary>
    public static void CheckWritable(string table, DeltaProtocol protocol, TableMetadata metadata)
    {
        var missing = ImmutableArray.CreateBuilder<string>();
        // Version 7 names its features one by one; those between stand for many.
        if (protocol.MinWriterVersion is > 2 and not 7)
            missing.Add($"writer version {protocol.MinWriterVersion}");
        missing.AddRange((protocol.WriterFeatures ?? []).Where(static feature => !Writable.Contains(feature)));
        if (MapsColumns(protocol, metadata) && metadata.Property(ColumnMappings.Property) is not "name" and var mode)
            missing.Add($"columnMapping mode {mode}");
        if (metadata.SchemaString?.Contains("\"delta.invariants\"", StringComparison.Ordinal) == true)
            missing.Add("invariants");
        if (missing.Count > 0)
            throw new DeltaUnsupportedException(table, "written", missing.ToImmutable());
    }
}
