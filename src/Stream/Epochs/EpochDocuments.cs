using System.Text.Json.Serialization;

namespace Tapline.Streaming.Epochs;

/// <summary>The intent of an epoch: which stretch of the log it covers. Written before anything of the epoch reaches a
/// table, so that whoever finds it can do the same epoch again, record for record.</summary>
/// <param name="Lane">The lane.</param>
/// <param name="Epoch">Counts up from 1 without a gap.</param>
/// <param name="Writer">The worker that wrote it: tells one's own document from a winner's after a lost answer.</param>
/// <param name="From">First offset by topic and partition.</param>
/// <param name="To">The offset after the last, by topic and partition.</param>
/// <param name="CreatedAtMs">Milliseconds since 1970.</param>
public sealed record EpochIntent(
    int Lane,
    long Epoch,
    string Writer,
    SortedDictionary<string, SortedDictionary<int, long>> From,
    SortedDictionary<string, SortedDictionary<int, long>> To,
    long CreatedAtMs)
{
    /// <summary>The devices that were not known: who repeats the epoch takes them for unknown again; null for
    /// none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string[]? UnknownDevices { get; init; }

    /// <summary>The clock that models saw, microseconds since 1970; null without models.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? ModelClockUs { get; init; }
}

/// <summary>The manifest of an epoch: every table of the lane at one cut, and where the lane goes on. Written
/// last.</summary>
/// <param name="Lane">The lane.</param>
/// <param name="Epoch">The epoch that it completes.</param>
/// <param name="Tables">Version by table folder (<c>current/app.accounts</c>), all tables of the lane.</param>
/// <param name="Offsets">The offset to read next, by topic and partition.</param>
/// <param name="Gates">What is needed to tell replayed changes from new ones, by topic and partition.</param>
/// <param name="Positions">The highest source position by topic, in PostgreSQL's notation: for people.</param>
/// <param name="SourceTimestampUs">Commit time of the newest change in it, microseconds since 1970; 0 for none.</param>
/// <param name="CommittedAtMs">Milliseconds since 1970.</param>
public sealed record EpochManifest(
    int Lane,
    long Epoch,
    SortedDictionary<string, long> Tables,
    SortedDictionary<string, SortedDictionary<int, long>> Offsets,
    SortedDictionary<string, SortedDictionary<int, GateMark>> Gates,
    SortedDictionary<string, string> Positions,
    long SourceTimestampUs,
    long CommittedAtMs)
{
    /// <summary>What is known of the order of each topic's changes; null in manifests of older versions.</summary>
    public SortedDictionary<string, OrderMark>? Orders { get; init; }

    /// <summary>What the models are current as of; null without models.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ModelMark? Models { get; init; }
}

/// <summary>What the models of a lane were computed by.</summary>
/// <param name="ClockUs">The clock that they saw last, microseconds since 1970.</param>
/// <param name="Definitions">A digest of each stored model's definition, by its name.</param>
public sealed record ModelMark(long ClockUs, SortedDictionary<string, string> Definitions)
{
    /// <summary>The tick of their first step ever, microseconds since 1970; 0 in manifests of older versions.</summary>
    public long StartedUs { get; init; }
}

/// <summary>How the documents are written.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(EpochIntent))]
[JsonSerializable(typeof(EpochManifest))]
public sealed partial class EpochJson : JsonSerializerContext;
