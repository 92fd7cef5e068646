using Tapline.Contracts;
using Tapline.Streaming.Windows;

namespace Tapline.Streaming.Tests.Windows;

public sealed class WindowOperatorTests
{
    public static TheoryData<int> Seeds => [.. Enumerable.Range(1, 200)];

    [Theory, MemberData(nameof(Seeds))]
    public void Windows_over_any_timeline_end_as_a_batch_over_all_its_events(int seed)
    {
        var random = new Random(seed);
        WindowShape shape = (seed % 3) switch
        {
            0 => new WindowShape.Fixed(60, 60),
            1 => new WindowShape.Fixed(60, 10),
            _ => new WindowShape.Session(random.Next(5, 40), 500),
        };
        var lateness = random.Next(0, 100);
        var windows = WindowOperator.Of(
            new WindowDefinition("w", shape, TimedEvent.Aggregates) { LatenessUs = lateness });
        var told = new Told();
        var taken = new List<TimedEvent>();
        for (var i = 0; i < 600; i++)
        {
            // Time goes on, with events up to twice as late as is taken.
            var at = (i * 3L) - 700 - random.Next(0, random.Next(3) == 0 ? (2 * lateness) + 1 : 4);
            var value = random.Next(8) == 0 ? (decimal?)null : random.Next(-50, 50) / 4m;
            var before = windows.WatermarkUs;
            var one = new TimedEvent($"k{random.Next(3)}", at, value) { WatermarkUs = before };
            var outcome = one.AddTo(windows);
            if (outcome == WindowOutcome.Taken)
                taken.Add(one);
            else
                Assert.True(at + lateness < before, "an event that its windows wait for is not too late");
            if (random.Next(4) == 0)
                windows.Advance((i * 3L) - 700 - random.Next(0, 20), told);
            if (random.Next(6) == 0)
                windows.TellEarly(told);
        }
        windows.Advance(100_000, told);

        Assert.Equal(BatchWindows.Of(shape, taken, lateness), told.Words());
        Assert.All(told.Newest.Values, static result => Assert.True(result.IsFinal));
        Assert.Equal(0, windows.Count);
    }

    [Theory, MemberData(nameof(Seeds))]
    public void Events_in_any_order_within_the_lateness_make_the_same_windows(int seed)
    {
        var random = new Random(seed);
        WindowShape shape = seed % 2 == 0 ? new WindowShape.Fixed(60, 10) : new WindowShape.Session(20, 300);
        var windows = WindowOperator.Of(new WindowDefinition("w", shape, TimedEvent.Aggregates) { LatenessUs = 3_000 });
        TimedEvent[] events =
        [
            .. Enumerable.Range(0, 300).Select(_ =>
                new TimedEvent($"k{random.Next(2)}", random.Next(-1_000, 1_000), random.Next(100))),
        ];
        var told = new Told();
        random.Shuffle(events);
        foreach (var one in events)
        {
            Assert.Equal(WindowOutcome.Taken, one.AddTo(windows));
            if (random.Next(3) == 0)
                windows.Advance(random.Next(-1_000, 1_000), told);
            if (random.Next(3) == 0)
                windows.TellEarly(told);
        }
        windows.Advance(100_000, told);

        Assert.Equal(BatchWindows.Of(shape, events), told.Words());
        Assert.Equal(0, windows.Count);
    }

    [Fact]
    public void A_late_event_that_bridges_two_sessions_takes_the_later_one_back()
    {
        var windows = WindowOperator.Of(new WindowDefinition(
            "w", new WindowShape.Session(10, 1_000), TimedEvent.Aggregates) { LatenessUs = 100 });
        var told = new Told();
        new TimedEvent("k", 0, 1).AddTo(windows);
        new TimedEvent("k", 15, 2).AddTo(windows);
        windows.Advance(30, told);
        Assert.Equal(
            [(0L, 0, true), (15L, 0, true)],
            told.All.Select(static one => (one.StartUs, one.Revision, one.IsFinal)));
        new TimedEvent("k", 7, 4).AddTo(windows);
        windows.Advance(30, told);

        Assert.Equal((15L, 1, true), (told.All[2].StartUs, told.All[2].Revision, told.All[2].IsRetracted));
        var whole = told.All[^1];
        Assert.Equal((0L, 25L, 1, true), (whole.StartUs, whole.EndUs, whole.Revision, whole.IsFinal));
        Assert.Equal([3m, 7m], whole.Values.Take(2));
    }

    [Fact]
    public void Results_below_the_threshold_are_not_told()
    {
        var windows = WindowOperator.Of(new WindowDefinition(
            "w", new WindowShape.Fixed(60, 60), TimedEvent.Aggregates) { Threshold = 2 });
        var told = new Told();
        new TimedEvent("k", 0, 1).AddTo(windows);
        windows.TellEarly(told);
        Assert.Empty(told.All);
        new TimedEvent("k", 1, 1).AddTo(windows);
        windows.TellEarly(told);
        new TimedEvent("few", 2, 1).AddTo(windows);
        windows.Advance(60, told);
        Assert.Equal(
            [("k", 0, false), ("k", 1, true)], told.All.Select(static one => (one.Key, one.Revision, one.IsFinal)));
    }

    [Fact]
    public void There_are_no_more_windows_than_there_may_be()
    {
        var windows = WindowOperator.Of(new WindowDefinition(
            "w", new WindowShape.Fixed(60, 20), TimedEvent.Aggregates) { WindowsMax = 5 });
        Assert.Equal(WindowOutcome.Taken, new TimedEvent("a", 0, 1).AddTo(windows));
        Assert.Equal(WindowOutcome.TooMany, new TimedEvent("b", 0, 1).AddTo(windows));
        Assert.Equal(WindowOutcome.Taken, new TimedEvent("a", 25, 1).AddTo(windows));
        Assert.Equal(4, windows.Count);
    }

    [Fact]
    public void Many_different_values_are_estimated_whatever_their_order()
    {
        var counts = new List<decimal?>();
        foreach (var backwards in new[] { false, true })
        {
            var windows = WindowOperator.Of(new WindowDefinition(
                "w", new WindowShape.Fixed(60, 60), [new("users", AggregateKind.Distinct, "user")]));
            var numbers = Enumerable.Range(0, 50_000);
            foreach (var number in backwards ? numbers.Reverse() : numbers)
                windows.Add("k", 1, [new WindowArgument(true, 0, $"user-{number}")]);
            var told = new Told();
            windows.Advance(60, told);
            counts.Add(Assert.Single(told.All).Values[0]);
        }
        Assert.Equal(counts[0], counts[1]);
        Assert.InRange(counts[0]!.Value, 48_500, 51_500);
    }

    [Theory]
    [InlineData(60, 25, "a size is a multiple of the step")]
    [InlineData(60, 0, "a step is longer than nothing")]
    [InlineData(10, 20, "a size is a multiple of the step")]
    public void A_definition_that_means_nothing_is_refused(long size, long step, string reason)
    {
        var refused = Assert.Throws<TaplineException>(() => WindowOperator.Of(
            new WindowDefinition("w", new WindowShape.Fixed(size, step), TimedEvent.Aggregates)));
        Assert.EndsWith(reason, refused.Message);
    }

    // What a consumer makes of the results: of each window the one with the highest number, which comes last.
    sealed class Told : ICollection<WindowResult>
    {
        public List<WindowResult> All { get; } = [];

        public Dictionary<(string, long), WindowResult> Newest { get; } = [];

        public IEnumerable<string> Words() => Newest.Values
            .Where(static result => !result.IsRetracted)
            .Select(BatchWindows.Words)
            .Order(StringComparer.Ordinal);

        public void Add(WindowResult item)
        {
            All.Add(item);
            // A session may begin anew where one was taken back.
            if (Newest.TryGetValue((item.Key, item.StartUs), out var before) && !before.IsRetracted)
                Assert.Equal(before.Revision + 1, item.Revision);
            Newest[(item.Key, item.StartUs)] = item;
        }

        public int Count => All.Count;

        public bool IsReadOnly => false;

        public void Clear() => All.Clear();

        public bool Contains(WindowResult item) => All.Contains(item);

        public void CopyTo(WindowResult[] array, int arrayIndex) => All.CopyTo(array, arrayIndex);

        public bool Remove(WindowResult item) => All.Remove(item);

        public IEnumerator<WindowResult> GetEnumerator() => All.GetEnumerator();

        System.Collections.IEnumerator System.Collections.IEnumerable.GetEnumerator() => GetEnumerator();
    }
}
