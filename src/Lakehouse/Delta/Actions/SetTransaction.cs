using System.Text.Json.Serialization;

namespace Tapline.Lakehouse.Delta.Actions;

/// <summary>How far a writer has come, committed together with its rows: the last one of each writer counts.</summary>
/// <param name="AppId">The writer.</param>
/// <param name="Version">Its own count; ours only go up.</param>
public sealed record SetTransaction([property: JsonPropertyName("appId")] string AppId, long Version)
{
    /// <summary>Set at, milliseconds since 1970.</summary>
    public long? LastUpdated { get; init; }
}
