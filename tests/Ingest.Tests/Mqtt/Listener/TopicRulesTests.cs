using Tapline.Ingest.Mqtt.Listener;

namespace Tapline.Ingest.Tests.Mqtt.Listener;

public sealed class TopicRulesTests
{
    [Theory]
    [InlineData("a/b", "a/b", true)]
    [InlineData("a/b", "a/b/c", false)]
    [InlineData("a/b/c", "a/b", false)]
    [InlineData("a/+/c", "a/b/c", true)]
    [InlineData("a/+", "a/b/c", false)]
    [InlineData("a/#", "a/b/c", true)]
    [InlineData("#", "a", true)]
    [InlineData("bar/{client_id}/+", "bar/d1/pour", true)]
    [InlineData("bar/{client_id}/+", "bar/d2/pour", false)]
    [InlineData("bar/{user}", "bar/joe", true)]
    [InlineData("bar/{user}", "bar/d1", false)]
    [InlineData("a//c", "a//c", false)]
    public void A_topic_is_allowed_when_a_filter_has_it(string allowed, string topic, bool isAllowed)
    {
        var rules = new TopicRules([new TopicRule([], ["other/topic", allowed], [])]);

        Assert.Equal(isAllowed, rules.MayPublish(new ClientIdentity("d1", "joe"), topic));
        Assert.False(rules.MaySubscribe(new ClientIdentity("d1", "joe"), topic));
    }

    [Theory]
    [InlineData("a/+/c", "a/+/c", true)]
    [InlineData("a/+/c", "a/b/c", true)]
    [InlineData("a/b/c", "a/+/c", false)]
    [InlineData("a/+", "a/#", false)]
    [InlineData("a/#", "a/#", true)]
    [InlineData("a/#", "#", false)]
    public void A_filter_is_allowed_when_all_that_it_matches_is(string allowed, string filter, bool isAllowed) =>
        Assert.Equal(isAllowed, new TopicRules([new TopicRule([], [], [allowed])])
            .MaySubscribe(new ClientIdentity("d1", null), filter));

    [Theory]
    [InlineData("+")]
    [InlineData("#")]
    [InlineData("")]
    [InlineData(null)]
    public void A_name_that_is_a_wildcard_or_missing_opens_nothing(string? user)
    {
        var rules = new TopicRules([new TopicRule([], ["bar/{user}/#"], ["bar/{user}/#"])]);

        Assert.All(new[] { "bar/joe/pour", "bar/+/pour", "bar/#", "bar//pour" }, topic =>
        {
            Assert.False(rules.MayPublish(new ClientIdentity("d1", user), topic));
            Assert.False(rules.MaySubscribe(new ClientIdentity("d1", user), topic));
        });
    }

    [Fact]
    public void The_first_rule_that_is_for_a_user_decides()
    {
        var rules = new TopicRules([new TopicRule(["tool"], [], ["#"]), new TopicRule([], ["#"], [])]);

        Assert.True(rules.MaySubscribe(new ClientIdentity("t", "tool"), "a/b"));
        Assert.False(rules.MayPublish(new ClientIdentity("t", "tool"), "a/b"));
        Assert.True(rules.MayPublish(new ClientIdentity("d1", "tap"), "a/b"));
    }
}
