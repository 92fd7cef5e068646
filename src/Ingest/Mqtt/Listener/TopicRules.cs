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
        RuleOf(client) is { } rule && rule.Publish.Any(filter => Covers(filter, topic, client));

    /// <summary>Whether a client may subscribe to a filter: all that it matches must be allowed.</summary>
    internal bool MaySubscribe(ClientIdentity client, string filter) =>
        RuleOf(client) is { } rule && rule.Subscribe.Any(allowed => Covers(allowed, filter, client));

    TopicRule? RuleOf(ClientIdentity client) =>
        rules.FirstOrDefault(rule => rule.Users.IsEmpty || client.User is { } user && rule.Users.Contains(user));

    // A filter is covered when it fits the allowed one level by level, wildcards under wildcards.
    static bool Covers(string allowed, string wanted, ClientIdentity client)
    {
        var allowedLevels = allowed.Split('/');
        var wantedLevels = wanted.Split('/');
        for (var i = 0; i < allowedLevels.Length; i++)
        {
            if (allowedLevels[i] == "#")
                return true;
            if (i == wantedLevels.Length)
                return false;
            var level = allowedLevels[i] switch
            {
                "{client_id}" => client.ClientId,
                "{user}" => client.User ?? "",
                var text => text,
            };
            if (wantedLevels[i] == "#" || level != wantedLevels[i] && level != "+" || level.Length == 0)
                return false;
        }
        return allowedLevels.Length == wantedLevels.Length;
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
