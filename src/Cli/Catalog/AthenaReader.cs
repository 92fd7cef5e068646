using System.Collections.Immutable;
using Tapline.Lakehouse.Delta.Snapshot;

namespace Tapline.Cli.Catalog;

/// <summary>What Athena is known to read of Delta: reader version 1 and writer version 2, without deletion vectors and
/// column mapping (https://docs.aws.amazon.com/athena/latest/ug/delta-lake-tables.html).</summary>
static class AthenaReader
{
    const int ReaderVersionMax = 1;
    const int WriterVersionMax = 2;

    /// <summary>What a table asks of its readers beyond that; nothing when Athena reads it.</summary>
    public static ImmutableArray<string> MissingFor(DeltaSnapshot table)
    {
        var missing = ImmutableArray.CreateBuilder<string>();
        if (table.Protocol.MinReaderVersion > ReaderVersionMax)
            missing.Add($"reader version {table.Protocol.MinReaderVersion}");
        if (table.Protocol.MinWriterVersion > WriterVersionMax)
            missing.Add($"writer version {table.Protocol.MinWriterVersion}");
        if (table.Metadata.Property("delta.columnMapping.mode") is not (null or "none"))
            missing.Add("column mapping");
        if (table.Files.Values.Any(static file => file.DeletionVector is not null))
            missing.Add("deletion vectors");
        return missing.ToImmutable();
    }
}
