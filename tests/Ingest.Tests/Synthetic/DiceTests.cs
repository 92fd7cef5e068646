using Tapline.Ingest.Synthetic;

namespace Tapline.Ingest.Tests.Synthetic;

public sealed class DiceTests
{
    static readonly Dice Any = new(7, 1, 2, 3);

    [Fact]
    public void A_number_depends_on_its_position_alone()
    {
        var later = Any.Bits(900);

        Assert.Equal(later, new Dice(7, 1, 2, 3).Bits(900));
        Assert.Distinct(Enumerable.Range(0, 10_000).Select(static n => Any.Bits(n)));
    }

    [Fact]
    public void Seed_kind_entity_and_purpose_each_make_another_stream() => Assert.Distinct(
    [
        Any.Bits(0), new Dice(8, 1, 2, 3).Bits(0), new Dice(7, 2, 2, 3).Bits(0), new Dice(7, 1, 3, 3).Bits(0),
        new Dice(7, 1, 2, 4).Bits(0), new Dice(7, 2, 1, 3).Bits(0),
    ]);

    [Fact]
    public void The_means_are_those_of_their_distributions()
    {
        Assert.InRange(Mean(static n => Any.Unit(n)), 0.49, 0.51);
        Assert.InRange(Mean(static n => Any.Wait(n)), 0.98, 1.02);
        Assert.InRange(Mean(static n => Any.Normal(n)), -0.02, 0.02);
        Assert.InRange(Mean(static n => Any.Normal(n) * Any.Normal(n)), 0.97, 1.03);
        Assert.InRange(Mean(static n => Any.Poisson(n, 3)), 2.95, 3.05);
        Assert.InRange(Mean(static n => Any.Between(n, 5, 8)), 5.98, 6.02);
    }

    [Fact]
    public void An_identifier_is_of_version_4()
    {
        Assert.All(Enumerable.Range(0, 100), static n => Assert.Equal(4, Any.Id(n).Version));
        Assert.Distinct(Enumerable.Range(0, 10_000).Select(static n => Any.Id(n)));
    }

    static double Mean(Func<long, double> number) =>
        Enumerable.Range(0, 40_000).Average(n => number(n));
}
