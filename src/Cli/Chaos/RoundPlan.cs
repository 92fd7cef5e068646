using System.Collections.Immutable;

namespace Tapline.Cli.Chaos;

/// <summary>What happens to the pipeline in one round; follows from the dice alone.</summary>
/// <param name="Strikes">In order of time.</param>
/// <param name="ResyncAt">When tables are asked to be read again; null in most rounds.</param>
sealed record RoundPlan(ImmutableArray<Strike> Strikes, TimeSpan? ResyncAt)
{
    const int StrikesMax = 2;
    const int RoundsPerResync = 3;

    static readonly TimeSpan CommitMomentMax = TimeSpan.FromMilliseconds(300);
    static readonly TimeSpan PauseMax = TimeSpan.FromSeconds(1.5);

    /// <summary>Throws the dice for a round of a length. <paramref name="parts"/> can be killed, the broker first of
    /// them.</summary>
    public static RoundPlan Draw(Random random, TimeSpan length, ImmutableArray<string> parts)
    {
        var moments = Enumerable.Range(0, random.Next(1, StrikesMax + 1))
            .Select(_ => length * (0.05 + 0.75 * random.NextDouble()))
            .Order()
            .ToArray();
        ImmutableArray<Strike> strikes =
            [.. moments.Select(at => new Strike(at, CommitMoment(random), Victims(random, parts)))];
        return new RoundPlan(
            strikes, random.Next(RoundsPerResync) == 0 ? length * (0.8 * random.NextDouble()) : null);
    }

    // Left to chance alone, few strikes would hit a commit.
    static TimeSpan? CommitMoment(Random random) =>
        random.Next(2) == 0 ? null : CommitMomentMax * random.NextDouble();

    static ImmutableArray<Victim> Victims(Random random, ImmutableArray<string> parts)
    {
        var chosen = random.Next(1, 1 << parts.Length);
        // The others can do nothing without their broker: it is the first to come back.
        return [.. parts.Where((_, place) => (chosen >> place & 1) != 0)
            .Select(part => new Victim(part, PauseMax * random.NextDouble()))];
    }
}

/// <summary>Parts of the pipeline that are killed together.</summary>
/// <param name="At">When, from the start of the round.</param>
/// <param name="CommitMoment">Where given, the strike waits until the lake is being committed to, and then for so
/// long.</param>
/// <param name="Victims">Which, in the order in which they come back.</param>
sealed record Strike(TimeSpan At, TimeSpan? CommitMoment, ImmutableArray<Victim> Victims);

/// <summary>One part that is killed.</summary>
/// <param name="Part">Its name.</param>
/// <param name="Pause">How long nothing is in its place.</param>
readonly record struct Victim(string Part, TimeSpan Pause);
