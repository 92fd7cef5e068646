using System.Collections.Immutable;
using Tapline.Ingest.Mqtt.Packets;

namespace Tapline.Ingest.Mqtt.Listener;

/// <summary>Finds the subscriptions of a topic, level by level. Not thread-safe.</summary>
sealed class SubscriptionTree
{
    readonly Node _root = new();

    /// <summary>How many subscriptions there are.</summary>
    public int Count { get; private set; }

    /// <summary>Adds or replaces a session's subscription; false when it was there.</summary>
    public bool Set(Session session, SessionSubscription subscription)
    {
        var node = _root;
        foreach (var level in subscription.Options.Filter.Split('/'))
        {
            if (!node.Children.TryGetValue(level, out var child))
                node.Children.Add(level, child = new Node());
            node = child;
        }
        var isNew = !node.Subscriptions.ContainsKey(session);
        node.Subscriptions[session] = subscription;
        Count += isNew ? 1 : 0;
        return isNew;
    }

    /// <summary>Removes a session's subscription; false when there was none.</summary>
    public bool Remove(Session session, string filter) => Remove(_root, filter.Split('/'), 0, session);

    /// <summary>Every subscription that a topic matches.</summary>
    public void Find(string topic, List<(Session Session, SessionSubscription Subscription)> found)
    {
        var levels = topic.Split('/');
        Find(_root, levels, 0, topic[0] != '$', found);
    }

    bool Remove(Node node, string[] levels, int depth, Session session)
    {
        if (depth == levels.Length)
        {
            var removed = node.Subscriptions.Remove(session);
            Count -= removed ? 1 : 0;
            return removed;
        }
        if (!node.Children.TryGetValue(levels[depth], out var child))
            return false;
        var isRemoved = Remove(child, levels, depth + 1, session);
        if (child.IsEmpty)
            node.Children.Remove(levels[depth]);
        return isRemoved;
    }

    static void Find(
        Node node, string[] levels, int depth, bool takesWildcards,
        List<(Session Session, SessionSubscription Subscription)> found)
    {
        if (takesWildcards && node.Children.TryGetValue("#", out var all))
            all.AddTo(found);
        if (depth == levels.Length)
        {
            node.AddTo(found);
            return;
        }
        if (takesWildcards && node.Children.TryGetValue("+", out var any))
            Find(any, levels, depth + 1, takesWildcards: true, found);
        if (node.Children.TryGetValue(levels[depth], out var same))
            Find(same, levels, depth + 1, takesWildcards: true, found);
    }

    sealed class Node
    {
        public Dictionary<string, Node> Children { get; } = new(StringComparer.Ordinal);

        public Dictionary<Session, SessionSubscription> Subscriptions { get; } = [];

        public bool IsEmpty => Children.Count == 0 && Subscriptions.Count == 0;

        public void AddTo(List<(Session Session, SessionSubscription Subscription)> found)
        {
            foreach (var (session, subscription) in Subscriptions)
                found.Add((session, subscription));
        }
    }
}

/// <summary>A subscription of a session.</summary>
/// <param name="Options">What it asked for.</param>
/// <param name="Identifier">The number that its messages carry; null for none.</param>
sealed record SessionSubscription(TopicSubscription Options, uint? Identifier);
