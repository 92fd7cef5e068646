using System.Text.Json;
using System.Text.Json.Serialization;

namespace Tapline.Kafka.Broker.Log;

/// <summary>What a partition knows besides its segments.</summary>
/// <param name="LogStart">Records before it were deleted, though a segment may still hold them.</param>
/// <param name="CleanedUpTo">Below it, compaction has run.</param>
sealed record PartitionCheckpoint(long LogStart, long CleanedUpTo)
{
    const string FileName = "checkpoint.json";

    public static PartitionCheckpoint Load(string folder)
    {
        var path = Path.Combine(folder, FileName);
        return File.Exists(path)
            ? JsonSerializer.Deserialize(File.ReadAllBytes(path), CheckpointJson.Default.PartitionCheckpoint)!
            : new PartitionCheckpoint(0, 0);
    }

    public void Save(string folder) => AtomicFile.Write(Path.Combine(folder, FileName),
        JsonSerializer.SerializeToUtf8Bytes(this, CheckpointJson.Default.PartitionCheckpoint));
}

[JsonSourceGenerationOptions(RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(PartitionCheckpoint))]
sealed partial class CheckpointJson : JsonSerializerContext;
