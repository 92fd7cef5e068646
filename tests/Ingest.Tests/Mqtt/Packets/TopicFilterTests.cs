using FsCheck;
using FsCheck.Fluent;
using Tapline.Ingest.Mqtt.Listener;
using Tapline.Ingest.Mqtt.Packets;

namespace Tapline.Ingest.Tests.Mqtt.Packets;

public sealed class TopicFilterTests
{
    // The examples of the standard (MQTT 5, 4.7.1 and 4.7.2).
    [Theory]
    [InlineData("sport/tennis/player1/#", "sport/tennis/player1", true)]
    [InlineData("sport/tennis/player1/#", "sport/tennis/player1/score/wimbledon", true)]
    [InlineData("sport/tennis/+", "sport/tennis/player1", true)]
    [InlineData("sport/tennis/+", "sport/tennis/player1/ranking", false)]
    [InlineData("sport/+", "sport", false)]
    [InlineData("sport/+", "sport/", true)]
    [InlineData("+/+", "/finance", true)]
    [InlineData("/+", "/finance", true)]
    [InlineData("+", "/finance", false)]
    [InlineData("#", "$SYS/monitor", false)]
    [InlineData("+/monitor/Clients", "$SYS/monitor/Clients", false)]
    [InlineData("$SYS/#", "$SYS/monitor", true)]
    public void The_standards_examples_hold(string filter, string topic, bool matches)
    {
        Assert.True(TopicFilter.IsValid(filter));
        Assert.Equal(matches, TopicFilter.Matches(filter, topic));
    }

    [Theory]
    [InlineData("")]
    [InlineData("sport/tennis#")]
    [InlineData("sport/tennis/#/ranking")]
    [InlineData("sport+")]
    public void Malformed_filters_are_refused(string filter) => Assert.False(TopicFilter.IsValid(filter));

    [Fact]
    public void The_tree_finds_what_comparing_every_filter_finds() =>
        Prop.ForAll(ArbMap.Default.ArbFor<int>(), static seed =>
        {
            var random = new Random(seed);
            var tree = new SubscriptionTree();
            var kept = new HashSet<(Session Session, string Filter)>();
            Session[] sessions = [.. Enumerable.Range(0, 3).Select(static n => new Session(new($"c{n}", null)))];
            for (var step = 0; step < 40; step++)
            {
                var session = sessions[random.Next(sessions.Length)];
                var filter = Words(random, ["a", "b", "", "+", "$S"]);
                filter = random.Next(3) == 0 ? $"{filter}/#" : filter;
                var isRemoval = random.Next(3) == 0;
                if (isRemoval)
                    Assert.Equal(kept.Remove((session, filter)), tree.Remove(session, filter));
                else
                    Assert.Equal(kept.Add((session, filter)), tree.Set(session, new(new(filter, 0), null)));
                Assert.Equal(kept.Count, tree.Count);
                var topic = Words(random, ["a", "b", "", "$S"]);
                if (topic.Length == 0)
                    continue;
                var found = new List<(Session Session, SessionSubscription Subscription)>();
                tree.Find(topic, found);
                Assert.Equal(
                    kept.Where(one => TopicFilter.Matches(one.Filter, topic)).ToHashSet(),
                    found.Select(static one => (one.Session, one.Subscription.Options.Filter)).ToHashSet());
            }
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(300));

    static string Words(Random random, string[] words) =>
        string.Join('/', Enumerable.Range(0, random.Next(1, 4)).Select(_ => words[random.Next(words.Length)]));
}
