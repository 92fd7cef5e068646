using System.Text.Json.Serialization;
using Tapline.Contracts;
using Tapline.Streaming.Ordering;

namespace Tapline.Streaming.Epochs;

/// <summary>The state of a <see cref="TopicOrder"/>, its gates apart.</summary>
/// <param name="LatestUs">The latest commit time let through, microseconds since 1970.</param>
public sealed record OrderMark(long LatestUs)
{
    /// <summary>Where the table was truncated lately.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public SourcePosition[]? Truncates { get; init; }

    /// <summary>The newest place among the commits at which a row was copied.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public long CopiedAt { get; init; }

    /// <summary>The highest position at which a row was read again.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public SourcePosition ReadAt { get; init; }

    /// <summary>A reading that has ended in some partitions only.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public RereadMark? Reread { get; init; }

    /// <summary>The highest position of a deleted key that was forgotten.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public SourcePosition Floor { get; init; }

    /// <summary>The keys deleted last and their positions, in base64.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Deleted { get; init; }

    /// <summary>The rows that have left an old key and not arrived under the new one.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public MoveMark[]? Moves { get; init; }

    internal static OrderMark Of(TopicOrder order) => new(order.LatestUs)
    {
        Truncates = order.Truncates.Count == 0 ? null : [.. order.Truncates],
        CopiedAt = order.CopiedAt,
        ReadAt = order.ReadAt,
        Reread = order.Reread,
        Floor = order.Deleted.Floor,
        Deleted = order.Deleted.Count == 0 ? null : order.Deleted.Save(),
        Moves = order.Moved.Rows.Count == 0
            ? null
            : [.. order.Moved.Rows.Select(static row =>
                new MoveMark(row.Key.Commit, row.Key.Lsn, row.Value.Partition, row.Value.Offset))],
    };

    /// <summary>Gives an order its state back; its gates have theirs. A manifest without the mark was written before
    /// deleted keys were remembered: any of them may have been deleted up to the highest position.</summary>
    internal static void Restore(TopicOrder order, OrderMark? mark)
    {
        order.Restore(
            mark?.Truncates ?? [], mark?.CopiedAt ?? 0, mark?.ReadAt ?? default, mark?.Reread, mark?.LatestUs ?? 0);
        order.Deleted.Restore(mark?.Deleted ?? "", mark is null ? order.Highest : mark.Floor);
        foreach (var move in mark?.Moves ?? [])
            order.Moved.Leave(new(move.Commit, move.Lsn), new MovedRow(null, move.Partition, move.Offset));
    }
}

/// <summary>A row between two keys: the position of its change, and the record that deleted it under the old
/// key.</summary>
public sealed record MoveMark(long Commit, long Lsn, int Partition, long Offset);
