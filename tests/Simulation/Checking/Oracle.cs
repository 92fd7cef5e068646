using Tapline.Contracts.Log;
using Tapline.Simulation.Tests.World;

namespace Tapline.Simulation.Tests.Checking;

/// <summary>What a table should hold, by a plain replay of what the log has up to a cut.</summary>
/// <param name="History">Each change once, in the source's order.</param>
/// <param name="Current">The rows that are left.</param>
sealed record Oracle(IReadOnlyList<Change> History, IReadOnlyDictionary<int, string> Current)
{
    /// <summary>Replays the log of a topic up to an offset in each partition.</summary>
    public static Oracle At(Source source, string topic, IReadOnlyDictionary<int, long> cut)
    {
        var changes = cut
            .SelectMany(end => source.Partitions[new TopicPartition(topic, end.Key)].Take((int)end.Value))
            .Select(static sent => sent.Change)
            .OfType<Change>()
            .Distinct()
            .OrderBy(static change => change.Lsn)
            // Of the two halves of a change of key the delete comes first.
            .ThenBy(static change => change.Op == 'd' ? 0 : 1)
            .ToList();
        var rows = new Dictionary<int, string>();
        foreach (var change in changes)
        {
            if (change.Op == 't')
                rows.Clear();
            else if (change.Op == 'd')
                rows.Remove(change.Key!.Value);
            else
                rows[change.Key!.Value] = change.Body!;
        }
        return new Oracle(changes, rows);
    }
}
