using Tapline.Contracts.Log;
using Tapline.Streaming.Epochs;
using Tapline.Streaming.Ordering;

namespace Tapline.Streaming.Lanes;

/// <summary>The partitions that a lane reads: how far it is in each, and what it has let through.</summary>
sealed class LaneTopics
{
    readonly Dictionary<TopicPartition, LanePartition> _partitions = [];
    readonly SortedDictionary<string, TopicOrder> _orders = new(StringComparer.Ordinal);

    /// <summary>All partitions that were ever read.</summary>
    public IReadOnlyCollection<LanePartition> All => _partitions.Values;

    /// <summary>The partition's state, null when it was never read.</summary>
    public LanePartition? Find(TopicPartition partition) => _partitions.GetValueOrDefault(partition);

    /// <summary>What is known of the order of each topic's changes.</summary>
    public IReadOnlyDictionary<string, TopicOrder> Orders => _orders;

    /// <summary>Begins a partition at an offset.</summary>
    public LanePartition Begin(TopicPartition partition, long offset)
    {
        if (!_orders.TryGetValue(partition.Topic, out var order))
            _orders.Add(partition.Topic, order = new TopicOrder());
        var begun = new LanePartition(partition, order) { Next = offset, CommittedTo = offset };
        _partitions.Add(partition, begun);
        return begun;
    }

    /// <summary>Takes over what a manifest says.</summary>
    public void Restore(EpochManifest manifest)
    {
        foreach (var (topic, offsets) in manifest.Offsets)
        {
            foreach (var (number, offset) in offsets)
            {
                var partition = Begin(new TopicPartition(topic, number), offset);
                if (manifest.Gates.TryGetValue(topic, out var gates) && gates.TryGetValue(number, out var gate))
                    partition.Gate.Restore(new(gate.Commit, gate.Lsn), gate.Count, gate.Pass, gate.Run);
            }
            if (offsets.Count > 0)
                OrderMark.Restore(_orders[topic], manifest.Orders?.GetValueOrDefault(topic));
        }
    }

    /// <summary>The offsets that a choice of partitions has by topic and partition.</summary>
    public static SortedDictionary<string, SortedDictionary<int, TValue>> Tabulate<TValue>(
        IEnumerable<LanePartition> partitions, Func<LanePartition, TValue> value)
    {
        var table = new SortedDictionary<string, SortedDictionary<int, TValue>>(StringComparer.Ordinal);
        foreach (var partition in partitions)
        {
            if (!table.TryGetValue(partition.Id.Topic, out var row))
                table.Add(partition.Id.Topic, row = []);
            row.Add(partition.Id.Partition, value(partition));
        }
        return table;
    }
}

/// <summary>One partition in a lane.</summary>
sealed class LanePartition(TopicPartition id, TopicOrder order)
{
    /// <summary>Which.</summary>
    public TopicPartition Id { get; } = id;

    /// <summary>The offset to apply next.</summary>
    public long Next { get; set; }

    /// <summary>Where the closed epoch ends, which is on its way to the lake.</summary>
    public long ClosedTo { get; set; }

    /// <summary>The offset up to which the lake has everything.</summary>
    public long CommittedTo { get; set; }

    /// <summary>What is known of the order of its topic's changes.</summary>
    public TopicOrder Order { get; } = order;

    /// <summary>How far the changes have come that it has let through.</summary>
    public SequenceGate Gate { get; } = order.Gate(id.Partition);

    /// <summary>Whether it waits and is not read.</summary>
    public bool IsHeld { get; set; }

    /// <summary>Its last wait; null when it never had to.</summary>
    public PartitionHold? Hold { get; set; }

    /// <summary>The record that has waited in vain; -1 for none.</summary>
    public long GivenUpAt { get; set; } = -1;
}
