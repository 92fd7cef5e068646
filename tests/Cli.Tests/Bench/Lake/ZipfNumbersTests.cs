using Tapline.Cli.Bench.Lake;

namespace Tapline.Cli.Tests.Bench.Lake;

public sealed class ZipfNumbersTests
{
    [Fact]
    public void The_most_frequent_numbers_come_as_often_as_their_rank_says()
    {
        const int Count = 1_000;
        const int Draws = 200_000;
        var numbers = new ZipfNumbers(Count, new Random(1));

        var counts = Enumerable.Range(0, Draws).Select(_ => numbers.Next()).CountBy(static number => number)
            .ToDictionary();

        Assert.All(counts.Keys, static number => Assert.InRange(number, 0, Count - 1));
        var frequent = counts.Values.OrderDescending().ToArray();
        var sum = Enumerable.Range(1, Count).Sum(static rank => Math.Pow(rank, -0.99));
        Assert.InRange(frequent[0], Draws / sum * 0.95, Draws / sum * 1.05);
        Assert.InRange(frequent[1], frequent[0] * 0.45, frequent[0] * 0.55);
        Assert.True(counts.Count > Count * 9 / 10, $"only {counts.Count} numbers ever come");
    }
}
