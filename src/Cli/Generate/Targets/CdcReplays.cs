using Tapline.Contracts.Log;
using Tapline.Ingest.Synthetic;

namespace Tapline.Cli.Generate.Targets;

/// <summary>The records of the last commits, for a connector that tells them again.</summary>
sealed class CdcReplays(Dice dice, double share)
{
    /// <summary>How many commits are kept.</summary>
    public const int CommitsMax = 64;

    const int CommitsEach = 8;

    readonly Queue<List<EventRecord>> _commits = new();
    List<EventRecord>? _open;
    long _count;

    /// <summary>The records that follow are of one commit.</summary>
    public void Begin()
    {
        _open = _commits.Count == CommitsMax ? _commits.Dequeue() : [];
        _open.Clear();
        _commits.Enqueue(_open);
        _count++;
    }

    /// <summary>Keeps a copy of a record of the open commit.</summary>
    public void Keep(EventRecord record) =>
        _open?.Add(record with { Key = Copy(record.Key), Value = Copy(record.Value) });

    /// <summary>Whether some commits are told again now.</summary>
    public bool IsDue(out int commits)
    {
        commits = dice.Between(_count * 2 + 1, 1, CommitsEach + 1);
        return dice.Chance(_count * 2, share);
    }

    /// <summary>The records of the last commits, in order.</summary>
    public IReadOnlyList<EventRecord> Last(int commits) =>
        [.. _commits.Skip(_commits.Count - Math.Min(commits, _commits.Count)).SelectMany(static commit => commit)];

    // Null is a tombstone, not an empty value.
    static ReadOnlyMemory<byte>? Copy(ReadOnlyMemory<byte>? bytes) =>
        bytes is { } some ? some.ToArray() : (ReadOnlyMemory<byte>?)null;
}
