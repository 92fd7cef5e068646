using System.Text.Json.Serialization;
using Tapline.Lakehouse.Delta.DeletionVectors;

namespace Tapline.Lakehouse.Delta.Actions;

/// <summary>Where the set of a file's deleted rows is stored.</summary>
/// <param name="StorageType"><c>u</c> a file named by a UUID, <c>p</c> an absolute path, <c>i</c> inline.</param>
/// <param name="PathOrInlineDv">The path or the data, encoded by the storage type.</param>
/// <param name="SizeInBytes">Bytes of the data.</param>
/// <param name="Cardinality">Deleted rows.</param>
public sealed record DeletionVector(string StorageType, string PathOrInlineDv, int SizeInBytes, long Cardinality)
{
    /// <summary>Where the data starts in its file; null for inline data.</summary>
    public int? Offset { get; init; }

    /// <summary>The file that it lies in, relative to the table; null for inline data and for absolute
    /// paths.</summary>
    [JsonIgnore]
    public string? Location => StorageType == "u" ? DeletionVectorReader.FileOf(this) : null;

    /// <summary>The id that the log compares.</summary>
    [JsonIgnore]
    public string UniqueId => Offset is { } offset
        ? $"{StorageType}{PathOrInlineDv}@{offset}"
        : $"{StorageType}{PathOrInlineDv}";
}
