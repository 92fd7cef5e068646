using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Tapline.Lakehouse.Delta.Actions;
using Tapline.Lakehouse.Delta.Checkpoint;

namespace Tapline.Lakehouse.Delta.Log;

/// <summary>The log's JSON. Fields that we do not know are ignored, fields that the protocol requires are insisted
/// on.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    RespectRequiredConstructorParameters = true,
    RespectNullableAnnotations = true)]
[JsonSerializable(typeof(LogEntry))]
[JsonSerializable(typeof(CommitInfo))]
[JsonSerializable(typeof(LastCheckpoint))]
[JsonSerializable(typeof(VersionChecksum))]
sealed partial class DeltaJson : JsonSerializerContext
{
    /// <summary>As the log is written: statistics are JSON inside JSON, which the default encoder would
    /// triple.</summary>
    public static DeltaJson Log => Relaxed.Context;

    // Made on first use: the generated defaults must be there before.
    static class Relaxed
    {
        public static readonly DeltaJson Context = new(new JsonSerializerOptions(Default.Options!)
        {
            Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        });
    }
}
