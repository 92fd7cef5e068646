using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Tapline.Ingest.Postgres.Signals;

/// <summary>A row of the signal table, in Debezium's shape.</summary>
/// <param name="Type">What is asked for.</param>
/// <param name="Data">For what; null where the row has none.</param>
sealed record Signal(SignalType Type, SignalData? Data)
{
    /// <summary>Reads a row's texts; null with the reason for what is no signal of ours.</summary>
    public static Signal? Parse(string type, string data, out string? reason)
    {
        reason = null;
        SignalType? known = type switch
        {
            "execute-snapshot" => SignalType.ExecuteSnapshot,
            "stop-snapshot" => SignalType.StopSnapshot,
            "pause-snapshot" => SignalType.PauseSnapshot,
            "resume-snapshot" => SignalType.ResumeSnapshot,
            _ => null,
        };
        if (known is not { } found)
        {
            reason = "its type is not known";
            return null;
        }
        try
        {
            var parsed = data.Length == 0 ? null : JsonSerializer.Deserialize(data, SignalJson.Default.SignalData);
            if (found == SignalType.ExecuteSnapshot && parsed?.DataCollections is not { IsDefaultOrEmpty: false })
                reason = "its data names no data-collections";
            else if (parsed?.Type is not (null or "incremental" or "INCREMENTAL"))
                reason = "only incremental snapshots are taken";
            return reason is null ? new Signal(found, parsed) : null;
        }
        catch (JsonException)
        {
            reason = "its data is not the JSON of a signal";
            return null;
        }
    }
}

/// <summary>What a signal asks for.</summary>
enum SignalType
{
    /// <summary>Read tables once more.</summary>
    ExecuteSnapshot,
    /// <summary>Give up reading tables, all where none is named.</summary>
    StopSnapshot,
    /// <summary>Rest.</summary>
    PauseSnapshot,
    /// <summary>Go on.</summary>
    ResumeSnapshot,
}

/// <summary>The JSON in a signal's data.</summary>
sealed record SignalData(
    [property: JsonPropertyName("data-collections")] ImmutableArray<string>? DataCollections = null,
    [property: JsonPropertyName("type")] string? Type = null,
    [property: JsonPropertyName("additional-conditions")] ImmutableArray<SignalCondition>? Conditions = null);

/// <summary>Which rows of a table.</summary>
sealed record SignalCondition(
    [property: JsonPropertyName("data-collection")] string Table,
    [property: JsonPropertyName("filter")] string Filter);

[JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(SignalData))]
sealed partial class SignalJson : JsonSerializerContext;
