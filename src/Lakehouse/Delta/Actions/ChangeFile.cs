using System.Text.Json.Serialization;
using Tapline.Lakehouse.Delta.Log;

namespace Tapline.Lakehouse.Delta.Actions;

/// <summary>A file with the rows that a commit changed, as they were and as they became.</summary>
/// <param name="Path">As <see cref="AddFile.Path"/>.</param>
/// <param name="PartitionValues">A text or null for each partition column.</param>
/// <param name="Size">Bytes, exactly.</param>
public sealed record ChangeFile(string Path, IReadOnlyDictionary<string, string?> PartitionValues, long Size)
{
    /// <summary>Always false: what changed is said by the files that came and went.</summary>
    public bool DataChange { get; init; }

    /// <summary>The path with percent escapes undone.</summary>
    [JsonIgnore]
    public string Location => DataPath.Decode(Path);
}
