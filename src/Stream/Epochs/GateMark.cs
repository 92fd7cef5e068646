using System.Text.Json.Serialization;
using Tapline.Streaming.Ordering;

namespace Tapline.Streaming.Epochs;

/// <summary>The state of a <see cref="SequenceGate"/>.</summary>
/// <param name="Commit">First half of the highest position.</param>
/// <param name="Lsn">Second half.</param>
public sealed record GateMark(long Commit, long Lsn)
{
    /// <summary>Of a table without a key: how many rows came at the highest position.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public long Count { get; init; }

    /// <summary>How many of them in the present pass.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public long Pass { get; init; }

    /// <summary>Names the connector's run that wrote the last of them.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public ulong Run { get; init; }

    internal static GateMark Of(SequenceGate gate) => new(gate.Highest.Commit, gate.Highest.Lsn)
    {
        Count = gate.CountAtHighest,
        Pass = gate.CountInPass,
        Run = gate.Run,
    };
}
