using System.Text.Json.Serialization;
using Tapline.Ingest.Postgres.Signals;

namespace Tapline.Ingest.Postgres.Progress;

/// <summary>How far the first copy has come.</summary>
enum CopyStage
{
    /// <summary>The slot is about to be created; it may or may not exist. Set before it is.</summary>
    Creating,
    /// <summary>The slot exists and the copy has begun.</summary>
    Copying,
    /// <summary>Every chunk is in the log; from now on changes stream.</summary>
    Copied,
}

/// <summary>A key of the progress topic: the slot, a relation's plan, one of its chunks, or the tables that are read
/// again.</summary>
/// <param name="Kind"><c>slot</c>, <c>plan</c>, <c>chunk</c> or <c>reread</c>.</param>
/// <param name="Relation">The relation's quoted name; null for the slot.</param>
/// <param name="Chunk">The chunk's number; null for the others.</param>
sealed record ProgressKey(string Kind, string? Relation = null, int? Chunk = null);

/// <summary>The state of the slot and of the copy as a whole.</summary>
/// <param name="Epoch">Counts the copies of this source, from 1. Plans and chunks of another epoch do not
/// count.</param>
/// <param name="Stage">How far it is.</param>
/// <param name="Slot">The slot's name.</param>
/// <param name="Lsn">Where the slot begins; 0 while it is being created.</param>
/// <param name="SnapshotXmin">The oldest transaction that the first snapshot could not see the end of.</param>
sealed record SlotProgress(int Epoch, CopyStage Stage, string Slot, long Lsn, long SnapshotXmin);

/// <summary>How a relation is cut into chunks.</summary>
/// <param name="Epoch">The copy that it belongs to.</param>
/// <param name="FileNode">The relation's file; another one means that its rows have moved.</param>
/// <param name="ChunkPages">Pages a chunk.</param>
/// <param name="Chunks">How many chunks; the last one has no upper end.</param>
sealed record RelationPlan(int Epoch, long FileNode, long ChunkPages, int Chunks);

/// <summary>A chunk whose every row the log has acknowledged.</summary>
sealed record ChunkDone(int Epoch, long Rows);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UseStringEnumConverter = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    RespectRequiredConstructorParameters = false)]
[JsonSerializable(typeof(ProgressKey))]
[JsonSerializable(typeof(SlotProgress))]
[JsonSerializable(typeof(RelationPlan))]
[JsonSerializable(typeof(ChunkDone))]
[JsonSerializable(typeof(RereadState))]
sealed partial class ProgressJson : JsonSerializerContext;
