namespace Tapline.Integration.Tests.Replay.Options;

/// <summary>Chooses cases in which each level of a factor meets each level of every other one at least once.</summary>
static class Pairwise
{
    /// <summary>The cases, the same each time: of each factor a level.</summary>
    public static List<int[]> Choose(int[] levelCounts)
    {
        var open = new HashSet<(int Factor, int Level, int OtherFactor, int OtherLevel)>();
        for (var i = 0; i < levelCounts.Length; i++)
        {
            for (var j = i + 1; j < levelCounts.Length; j++)
            {
                for (var n = 0; n < levelCounts[i] * levelCounts[j]; n++)
                    open.Add((i, n / levelCounts[j], j, n % levelCounts[j]));
            }
        }
        var cases = new List<int[]>();
        while (open.Count > 0)
        {
            var (factor, level, otherFactor, otherLevel) = open.Min();
            var levels = Enumerable.Repeat(-1, levelCounts.Length).ToArray();
            (levels[factor], levels[otherFactor]) = (level, otherLevel);
            for (var i = 0; i < levels.Length; i++)
            {
                if (levels[i] < 0)
                    levels[i] = Best(levels, i, levelCounts[i], cases.Count, open);
            }
            open.RemoveWhere(pair => levels[pair.Factor] == pair.Level && levels[pair.OtherFactor] == pair.OtherLevel);
            cases.Add(levels);
        }
        return cases;
    }

    // The level that closes most pairs; of equals another one in each case.
    static int Best(
        int[] levels,
        int factor,
        int count,
        int turn,
        HashSet<(int Factor, int Level, int OtherFactor, int OtherLevel)> open) =>
        Enumerable.Range(0, count).Select(n => (n + turn) % count).MaxBy(level => Enumerable.Range(0, levels.Length)
            .Count(other => levels[other] >= 0 && open.Contains(other < factor
                ? (other, levels[other], factor, level)
                : (factor, level, other, levels[other]))));
}
