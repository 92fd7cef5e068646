using System.Collections.Immutable;
using Tapline.Ingest.Mqtt.Bridge;

namespace Tapline.Ingest.Mqtt.Listener;

/// <summary>What clients may publish and subscribe to: the first rule for a user decides, one without users is for
/// all.</summary>
public sealed class TopicRules(ImmutableArray<TopicRule> rules)
{
    /// <summary>Everybody may do everything: for a machine of one's own.</summary>
    public static TopicRules Open { get; } = new([new TopicRule([], ["#"], ["#"])]);

    /// <summary>A device publishes under its own name, to the routes' topics, and subscribes to nothing.</summary>
    public static TopicRules Own(IEnumerable<MqttRoute> routes) =>
        new([new TopicRule([], [.. routes.SelectMany(static route => route.OwnTopics)], [])]);

    /// <summary>Whether a client may publish to a topic.</summary>
    internal bool MayPublish(ClientIdentity client, string topic) =>
        RuleOf(client) is { } rule && Covers(rule.Publish, topic, client);

    /// <summary>Whether a client may subscribe to a filter: all that it matches must be allowed.</summary>
    internal bool MaySubscribe(ClientIdentity client, string filter) =>
        RuleOf(client) is { } rule && Covers(rule.Subscribe, filter, client);

    TopicRule? RuleOf(ClientIdentity client)
    {
        foreach (var rule in rules)
        {
            if (rule.Users.IsEmpty || client.User is { } user && rule.Users.Contains(user))
                return rule;
        }
        return null;
    }

    static bool Covers(ImmutableArray<string> allowed, string wanted, ClientIdentity client)
    {
        foreach (var filter in allowed)
        {
            if (Covers(filter, wanted, client))
                return true;
        }
        return false;
    }

    // A filter is covered when it fits the allowed one level by level, wildcards under wildcards. Asked for each
    // message: takes no memory.
    static bool Covers(ReadOnlySpan<char> allowed, ReadOnlySpan<char> wanted, ClientIdentity client)
    {
        var levels = allowed.Split('/');
        var wantedLevels = wanted.Split('/');
        while (levels.MoveNext())
        {
            var level = allowed[levels.Current];
            if (level is "#")
                return true;
            if (!wantedLevels.MoveNext())
                return false;
            var wantedLevel = wanted[wantedLevels.Current];
            // A name is nothing but itself, also when it is a wildcard.
            var name = level is "{client_id}" ? client.ClientId : level is "{user}" ? client.User ?? "" : null;
            var fits = name is not null
                ? wantedLevel.SequenceEqual(name)
                : level is "+" || wantedLevel.SequenceEqual(level);
            if (!fits || wantedLevel is "#" || level.IsEmpty || name is "" or "+")
                return false;
        }
        return !wantedLevels.MoveNext();
    }
}

/// <summary>One rule.</summary>
/// <param name="Users">Whom it is for; empty for everybody.</param>
/// <param name="Publish">Filters of topics to publish to; a level <c>{client_id}</c> or <c>{user}</c> stands for the
/// client's own.</param>
/// <param name="Subscribe">Filters to subscribe to, in the same way.</param>
public sealed record TopicRule(
    ImmutableArray<string> Users, ImmutableArray<string> Publish, ImmutableArray<string> Subscribe);

/// <summary>Who a client is.</summary>
/// <param name="ClientId">The identifier of its session.</param>
/// <param name="User">Its user, or the common name of its certificate; null when anonymous.</param>
sealed record ClientIdentity(string ClientId, string? User);
