using Tapline.Lakehouse.Delta.Actions;
using Tapline.Lakehouse.Delta.Snapshot;

namespace Tapline.Lakehouse.Delta.Checkpoint;

/// <summary>The content of a version's <c>.crc</c>: sums by which a reader can hold what it has made of the log against
/// what the writer had.</summary>
/// <param name="TableSizeBytes">Size of the live files together.</param>
/// <param name="NumFiles">How many live files there are.</param>
/// <param name="NumMetadata">Always 1.</param>
/// <param name="NumProtocol">Always 1.</param>
/// <param name="Metadata">The table's metadata.</param>
/// <param name="Protocol">The table's protocol.</param>
sealed record VersionChecksum(
    long TableSizeBytes,
    long NumFiles,
    long NumMetadata,
    long NumProtocol,
    TableMetadata Metadata,
    DeltaProtocol Protocol)
{
    /// <summary>The sums of a snapshot.</summary>
    public static VersionChecksum Of(DeltaSnapshot snapshot) => new(
        snapshot.Files.Values.Sum(static file => file.Size),
        snapshot.Files.Count,
        NumMetadata: 1,
        NumProtocol: 1,
        snapshot.Metadata,
        snapshot.Protocol);
}
