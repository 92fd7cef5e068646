using System.Collections.Immutable;
using Tapline.Cli.Chaos;

namespace Tapline.Cli.Tests.Chaos;

public sealed class RoundPlanTests
{
    static readonly TimeSpan Length = TimeSpan.FromSeconds(6);
    static readonly ImmutableArray<string> Parts = ["broker", "ingest", "stream"];

    [Fact]
    public void The_same_seed_strikes_the_same_parts_at_the_same_moments()
    {
        Assert.Equal(Plans(7), Plans(7));
        Assert.NotEqual(Plans(7), Plans(8));
    }

    [Fact]
    public void Every_choice_of_parts_is_struck_within_the_round_and_the_broker_comes_back_first()
    {
        var random = new Random(1);
        var strikes = Enumerable.Range(0, 200).SelectMany(_ => RoundPlan.Draw(random, Length, Parts).Strikes).ToArray();

        Assert.All(strikes, static strike =>
        {
            Assert.InRange(strike.At, TimeSpan.Zero, Length);
            Assert.NotEmpty(strike.Victims);
            Assert.DoesNotContain(strike.Victims.Skip(1), static victim => victim.Part == "broker");
        });
        Assert.Contains(strikes, static strike => strike.CommitMoment is null);
        Assert.Contains(strikes, static strike => strike.CommitMoment is not null);
        Assert.Equal(7, strikes.Select(Struck).Distinct().Count());
    }

    [Fact]
    public void Some_rounds_have_a_resync_within_them()
    {
        var random = new Random(1);
        var moments = Enumerable.Range(0, 200).Select(_ => RoundPlan.Draw(random, Length, Parts).ResyncAt).ToArray();

        Assert.InRange(moments.Count(static moment => moment is not null), 40, 100);
        Assert.All(moments, static moment => Assert.InRange(moment ?? TimeSpan.Zero, TimeSpan.Zero, Length));
    }

    static List<string> Plans(int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, 10).Select(_ => RoundPlan.Draw(random, Length, Parts)).SelectMany(static plan =>
            plan.Strikes
                .Select(static strike => $"{strike.At} {strike.CommitMoment} {string.Join(' ', strike.Victims)}")
                .Append($"{plan.ResyncAt}"))];
    }

    static string Struck(Strike strike) => string.Join('+', strike.Victims.Select(static victim => victim.Part));
}
