using System.Collections.Frozen;
using System.Collections.Immutable;
using Tapline.Lakehouse.Delta.Actions;

namespace Tapline.Lakehouse.Delta.Snapshot;

/// <summary>What this program knows of the protocol's features. A reader refuses a table with a reader feature that it
/// does not know; a writer refuses one with any such feature.</summary>
static class TableFeatures
{
    static readonly FrozenSet<string> Readable = FrozenSet.ToFrozenSet(
    [
        "columnMapping", "deletionVectors", "timestampNtz", "typeWidening", "typeWidening-preview", "v2Checkpoint",
        "vacuumProtocolCheck", "variantType", "variantType-preview",
    ]);

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
    /// writer version 2, nothing append-only, no invariants.</summary>
    public static void CheckWritable(string table, DeltaProtocol protocol, TableMetadata metadata)
    {
        var missing = ImmutableArray.CreateBuilder<string>();
        if (protocol.MinWriterVersion > 2)
            missing.Add($"writer version {protocol.MinWriterVersion}");
        missing.AddRange(protocol.WriterFeatures ?? []);
        if (metadata.Property("delta.appendOnly") == "true")
            missing.Add("appendOnly");
        if (metadata.SchemaString?.Contains("\"delta.invariants\"", StringComparison.Ordinal) == true)
            missing.Add("invariants");
        if (missing.Count > 0)
            throw new DeltaUnsupportedException(table, "written", missing.ToImmutable());
    }
}
