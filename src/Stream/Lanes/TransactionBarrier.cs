using System.Globalization;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using Tapline.Contracts;
using Tapline.Contracts.Log;
using Tapline.Contracts.Schema;

namespace Tapline.Streaming.Lanes;

/// <summary>Keeps the transactions of an epoch whole, by the source's transaction topic: says which changes belong to
/// transactions whose end is known, and whether all changes of these have been applied.</summary>
/// <remarks>The end of a transaction carries a WAL position and the number of changes of each table. A change whose
/// commit position is below the position of an end belongs to that transaction or to one before it; all others wait in
/// the log.</remarks>
sealed class TransactionBarrier(StreamOptions options, LaneTopics topics, TimeProvider time, ILogger logger)
{
    // So many changes make an epoch of their own; a single larger transaction goes on until it is whole.
    const long ChangesMax = 100_000;
    const long RestartMarginUs = 60_000_000;

    static readonly TimeSpan WaitMax = TimeSpan.FromSeconds(30);

    readonly string _topic = TopicNames.Transactions(options.Prefix);
    readonly Dictionary<string, long> _expected = new(StringComparer.Ordinal);
    bool _isClosing;
    long _closingSince;
    long _seenWhenClosing;

    /// <summary>Whether transactions are to be kept whole and the source says where they end.</summary>
    public bool IsOn => options.WholeTransactions && topics.Find(new TopicPartition(_topic, 0)) is not null;

    /// <summary>Whether the epoch should be closed for the number of its changes.</summary>
    public bool IsFull => IsOn && _expected.Values.Sum() >= ChangesMax;

    /// <summary>Whether ends have been taken since the last time this was asked.</summary>
    public bool HasAdvanced { get; private set; }

    /// <summary>Whether changes are let through without an end that covers them.</summary>
    public bool IsSuspended { get; private set; }

    /// <summary>Whether changes of tables are expected whose topics are not known yet.</summary>
    public bool ExpectsUnknown => _expected.Keys.Any(topic => !topics.Orders.ContainsKey(topic));

    /// <summary>Whether a topic is the one with the ends of transactions.</summary>
    public bool IsItsTopic(string topic) => topic == _topic;

    /// <summary>Tells every topic how far its changes may be applied.</summary>
    public void Limit()
    {
        HasAdvanced = false;
        var limit = IsOn && !IsSuspended
            ? topics.Find(new TopicPartition(_topic, 0))!.Gate.Highest.Lsn
            : long.MaxValue;
        foreach (var order in topics.Orders.Values)
            order.CommitLimit = limit;
    }

    /// <summary>Takes a record of the transaction topic; false when it is for the next epoch.</summary>
    public bool TryTake(RecordChunk chunk, in RecordSlot slot, LanePartition partition, bool isRepeat)
    {
        if (!options.WholeTransactions || slot.ValueLength < 0)
            return true;
        if ((_isClosing || IsFull) && !isRepeat)
            return false;
        try
        {
            using var record = JsonDocument.Parse(chunk.Bytes.Slice(slot.ValueStart, slot.ValueLength));
            Take(record.RootElement, partition);
        }
        catch (Exception malformed)
            when (malformed is JsonException or FormatException or InvalidOperationException or KeyNotFoundException)
        {
            logger.TransactionRecordIgnored(_topic, slot.Offset, malformed.GetType().Name);
        }
        return true;
    }

    /// <summary>Whether the epoch may be cut here. The first time that it may not, no further transaction is let
    /// in.</summary>
    public bool MayCut(long bytes)
    {
        if (!IsOn || _expected.All(IsReached))
            return true;
        var seen = topics.Orders.Values.Sum(static order => order.SeenCount);
        if (!_isClosing || seen > _seenWhenClosing)
            (_isClosing, _closingSince, _seenWhenClosing) = (true, time.GetTimestamp(), seen);
        if (bytes < 4 * options.EpochBytesMax && time.GetElapsedTime(_closingSince) < WaitMax)
            return false;
        logger.TransactionSplit(options.Lane, bytes >= 4 * options.EpochBytesMax
            ? "it is larger than an epoch can be (stream.memory_mb)"
            : "changes that its end counts have not come");
        return true;
    }

    /// <summary>Changes have waited in vain for an end: they are let through until the next one comes.</summary>
    public void Suspend()
    {
        if (!IsSuspended)
            logger.TransactionSplit(options.Lane, "the end of a transaction has not come");
        IsSuspended = true;
    }

    /// <summary>How long changes wait for an end.</summary>
    public static TimeSpan EndWaitMax => WaitMax;

    /// <summary>An epoch is complete.</summary>
    public void Settle()
    {
        _expected.Clear();
        _isClosing = false;
        foreach (var order in topics.Orders.Values)
            order.SeenCount = 0;
    }

    // A table that the log does not have is not replicated: nobody waits for its changes.
    bool IsReached(KeyValuePair<string, long> expected) =>
        !topics.Orders.TryGetValue(expected.Key, out var order) || order.SeenCount >= expected.Value;

    void Take(JsonElement record, LanePartition partition)
    {
        if (record.TryGetProperty("payload", out var payload) && payload.ValueKind == JsonValueKind.Object)
            record = payload;
        if (record.GetProperty("status").GetString() != "END")
            return;
        var id = record.GetProperty("id").GetString()!;
        var digits = id.AsSpan(id.IndexOf(':', StringComparison.Ordinal) + 1);
        var lsn = long.Parse(digits, NumberStyles.None, CultureInfo.InvariantCulture);
        var atUs = record.TryGetProperty("ts_ms", out var ms) && ms.ValueKind == JsonValueKind.Number
            ? ms.GetInt64() * 1000
            : 0;
        if (lsn <= partition.Gate.Highest.Lsn)
        {
            if (atUs <= partition.Order.LatestUs + RestartMarginUs)
                return; // A repeat.
            partition.Gate.Reset();
        }
        partition.Order.Pass(partition.Gate, new SourcePosition(0, lsn), atUs);
        (IsSuspended, HasAdvanced) = (false, true);
        // Changes after it were applied already, before ends were read: so were its own.
        if (topics.Orders.Values.Any(order => order.Highest.Commit >= lsn))
            return;
        foreach (var collection in record.GetProperty("data_collections").EnumerateArray())
        {
            // What is no table's name, as that of a logical message, is not waited for.
            var name = collection.GetProperty("data_collection").GetString()!;
            if (name.IndexOf('.', StringComparison.Ordinal) is not (> 0 and var dot) || dot == name.Length - 1)
                continue;
            var topic = TopicNames.Data(options.Prefix, TableId.Parse(name));
            _expected[topic] = _expected.GetValueOrDefault(topic) + collection.GetProperty("event_count").GetInt64();
        }
    }
}
