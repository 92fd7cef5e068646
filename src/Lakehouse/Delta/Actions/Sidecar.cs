using System.Text.Json.Serialization;
using Tapline.Lakehouse.Delta.Log;

namespace Tapline.Lakehouse.Delta.Actions;

/// <summary>A file that holds a part of a checkpoint's actions.</summary>
/// <param name="Path">Its name in the folder of sidecars, as a URI.</param>
/// <param name="SizeInBytes">Bytes, exactly.</param>
sealed record Sidecar(string Path, long SizeInBytes)
{
    /// <summary>Written at, milliseconds since 1970.</summary>
    public long? ModificationTime { get; init; }

    /// <summary>Its name without a folder: some writers give the whole path.</summary>
    [JsonIgnore]
    public string Name => DataPath.Decode(Path) is var path ? path[(path.LastIndexOf('/') + 1)..] : path;
}
