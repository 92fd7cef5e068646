using Tapline.Streaming.Devices;

namespace Tapline.Streaming.Tests.Devices;

public sealed class SequenceRangesTests
{
    [Theory, InlineData(1), InlineData(2), InlineData(3), InlineData(4)]
    public void Numbers_and_stretches_in_any_order_are_what_a_set_of_them_is(int seed)
    {
        var random = new Random(seed);
        for (var round = 0; round < 200; round++)
        {
            var ranges = new SequenceRanges();
            var plain = new SortedSet<long>();
            for (var i = random.Next(60); i > 0; i--)
            {
                var first = random.Next(80);
                var last = random.Next(3) == 0 ? first + random.Next(12) : first;
                ranges.Add(first, last);
                for (long number = first; number <= last; number++)
                    plain.Add(number);
            }

            for (var number = 0; number < 100; number++)
                Assert.Equal(plain.Contains(number), ranges.Contains(number));
            Assert.Equal(plain.Count(number => !plain.Contains(number - 1)), ranges.Count);
            for (var from = -1; from < 100; from++)
            {
                Assert.Equal(
                    plain.Count(number => number >= from && !plain.Contains(number + 1)), ranges.CountFrom(from));
            }
        }
    }

    [Fact]
    public void The_lowest_stretches_are_forgotten_first()
    {
        var ranges = new SequenceRanges();
        foreach (var number in new long[] { 1, 3, 5, 6, 9 })
            ranges.Add(number);

        Assert.Equal(5, ranges.KeepHighest(2));

        Assert.Equal(2, ranges.Count);
        Assert.True(ranges.Contains(6));
        Assert.True(ranges.Contains(9));
        Assert.False(ranges.Contains(3));
    }

    [Fact]
    public void The_largest_number_is_a_number()
    {
        var ranges = new SequenceRanges();
        ranges.Add(0);
        ranges.Add(long.MaxValue);
        ranges.Add(long.MaxValue - 1);

        Assert.True(ranges.Contains(long.MaxValue));
        Assert.Equal(2, ranges.Count);
    }
}
