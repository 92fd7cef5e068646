using System.Text.Json.Serialization;
using Tapline.Lakehouse.Delta.Log;

namespace Tapline.Lakehouse.Delta.Actions;

/// <summary>A data file that left the table: a tombstone that keeps the file from being vacuumed for a while.</summary>
/// <param name="Path">As <see cref="AddFile.Path"/>.</param>
/// <param name="DataChange">False when its rows live on in other files.</param>
public sealed record RemoveFile(string Path, bool DataChange = true)
{
    /// <summary>Removed at, milliseconds since 1970.</summary>
    public long? DeletionTimestamp { get; init; }

    /// <summary>Whether size, partition values and tags are given too.</summary>
    public bool? ExtendedFileMetadata { get; init; }

    /// <summary>As the addition had them.</summary>
    public IReadOnlyDictionary<string, string?>? PartitionValues { get; init; }

    /// <summary>Bytes, as the addition had them.</summary>
    public long? Size { get; init; }

    /// <summary>As the addition had it.</summary>
    public DeletionVector? DeletionVector { get; init; }

    /// <summary>As the addition had it.</summary>
    public long? BaseRowId { get; init; }

    /// <summary>As the addition had it.</summary>
    public long? DefaultRowCommitVersion { get; init; }

    /// <summary>What the log compares when it pairs additions with removals.</summary>
    [JsonIgnore]
    public FileId Id => new(Location, DeletionVector?.UniqueId);

    /// <summary>The path with percent escapes undone.</summary>
    [JsonIgnore]
    public string Location => DataPath.Decode(Path);

    /// <summary>The tombstone of a live file.</summary>
    internal static RemoveFile Of(AddFile file, long deletionTimestamp, bool dataChange) => new(file.Path, dataChange)
    {
        DeletionTimestamp = deletionTimestamp,
        ExtendedFileMetadata = true,
        PartitionValues = file.PartitionValues,
        Size = file.Size,
        DeletionVector = file.DeletionVector,
        BaseRowId = file.BaseRowId,
        DefaultRowCommitVersion = file.DefaultRowCommitVersion,
    };
}
