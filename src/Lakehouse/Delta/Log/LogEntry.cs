using System.Text.Json;
using System.Text.Json.Serialization;
using Tapline.Lakehouse.Delta.Actions;

namespace Tapline.Lakehouse.Delta.Log;

/// <summary>One line of a commit, or one row of a checkpoint: one action. Actions that we do not know leave all
/// null.</summary>
sealed record LogEntry
{
    // Foreign writers put anything here, so nothing of it is bound to a type.
    public JsonElement? CommitInfo { get; init; }

    public DeltaProtocol? Protocol { get; init; }

    [JsonPropertyName("metaData")]
    public TableMetadata? Metadata { get; init; }

    public AddFile? Add { get; init; }

    public RemoveFile? Remove { get; init; }

    [JsonPropertyName("txn")]
    public SetTransaction? Transaction { get; init; }

    public DomainMetadata? DomainMetadata { get; init; }

    [JsonPropertyName("cdc")]
    public ChangeFile? Change { get; init; }

    public CheckpointMetadata? CheckpointMetadata { get; init; }

    public Sidecar? Sidecar { get; init; }
}
