using System.Text.Json;
using System.Text.Json.Serialization;
using Tapline.Lakehouse.Delta.Log;

namespace Tapline.Lakehouse.Delta.Actions;

/// <summary>A data file that belongs to the table from this version on.</summary>
/// <param name="Path">Where it lies, as the log spells it: a URI, relative to the table's folder or absolute.</param>
/// <param name="PartitionValues">A text or null for each partition column.</param>
/// <param name="Size">Bytes, exactly.</param>
/// <param name="ModificationTime">Written at, milliseconds since 1970.</param>
/// <param name="DataChange">False when the file only rearranges rows that the table had.</param>
public sealed record AddFile(
    string Path,
    IReadOnlyDictionary<string, string?> PartitionValues,
    long Size,
    long ModificationTime,
    bool DataChange = true)
{
    /// <summary>Row count, bounds and null counts as JSON text; null when the writer gave none.</summary>
    public string? Stats { get; init; }

    /// <summary>The writer's own notes; ours has the lane.</summary>
    public IReadOnlyDictionary<string, string?>? Tags { get; init; }

    /// <summary>Which rows of the file are deleted; null for none.</summary>
    public DeletionVector? DeletionVector { get; init; }

    /// <summary>The first row's id in tables that track rows.</summary>
    public long? BaseRowId { get; init; }

    /// <summary>The version that the rows first appeared in, in tables that track rows.</summary>
    public long? DefaultRowCommitVersion { get; init; }

    /// <summary>Who clustered the file's rows.</summary>
    public string? ClusteringProvider { get; init; }

    /// <summary>What the log compares when it pairs additions with removals.</summary>
    [JsonIgnore]
    public FileId Id => new(Location, DeletionVector?.UniqueId);

    /// <summary>The path with percent escapes undone: an object's key relative to the table, or an absolute path or
    /// URI.</summary>
    [JsonIgnore]
    public string Location => DataPath.Decode(Path);

    /// <summary>The lane that wrote the file; null for files by others.</summary>
    [JsonIgnore]
    public string? Lane => Tags?.GetValueOrDefault(LaneTag);

    /// <summary>Rows of the file, deleted ones among them; null where the writer does not say.</summary>
    [JsonIgnore]
    public long? RowCount
    {
        get
        {
            if (Stats is null)
                return null;
            try
            {
                using var json = JsonDocument.Parse(Stats);
                return json.RootElement.ValueKind == JsonValueKind.Object
                    && json.RootElement.TryGetProperty("numRecords", out var count)
                    && count.ValueKind == JsonValueKind.Number
                    && count.TryGetInt64(out var rows)
                        ? rows
                        : null;
            }
            catch (JsonException)
            {
                // Statistics are a help; what cannot be read helps nobody.
                return null;
            }
        }
    }

    /// <summary>The tag that holds the lane.</summary>
    internal const string LaneTag = "lane";
}

/// <summary>A file of the log and what of it is deleted: one live addition per id.</summary>
/// <param name="Location">The path with percent escapes undone.</param>
/// <param name="DeletionVectorId">The deletion vector's unique id; null for none.</param>
public readonly record struct FileId(string Location, string? DeletionVectorId);
